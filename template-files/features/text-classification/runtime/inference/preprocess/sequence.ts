import type { InputSpec } from '../../contract/serving.ts';
import { KINDS } from '../datatypes.ts';
import type { Tensor } from '../tensor.ts';
import type { Tokens } from './tokenizer.ts';
import type { Padding } from './tokenizer-settings.ts';

type List = 'ids' | 'mask' | 'types';

/** What an input of this name takes, as exporters call them. */
const BY_NAME: Readonly<Record<string, List>> = {
  input_ids: 'ids',
  attention_mask: 'mask',
  token_type_ids: 'types',
};

/** Sequences are padded to a multiple of this, so that requests of similar lengths can share a run. */
const STEP = 8;

/** Which of the tokenizer's lists an input takes. */
export function listOf({ name, text }: InputSpec): List {
  return text?.holds ?? (Object.hasOwn(BY_NAME, name) ? BY_NAME[name] : undefined) ?? 'ids';
}

/**
 * The length that a sequence of free length is filled up to: as training did it, which a model without a mask notices. With a mask
 * nothing depends on it, and similar lengths become one.
 * @param maxTokens what the sequence was cut at
 */
export function paddedLength(tokens: number, padding: Padding, masked: boolean, maxTokens: number): number {
  if (padding.id === undefined) return tokens;
  const length = Math.max(tokens, padding.length ?? 0);
  if (padding.multipleOf) return upTo(padding.multipleOf, length);
  return masked ? Math.max(Math.min(upTo(STEP, length), maxTokens), length) : length;
}

function upTo(step: number, length: number): number {
  return Math.ceil(length / step) * step;
}

/** [1, length] of one list of a text, filled up at the side that training filled. */
export function tensorOf(input: InputSpec, tokens: Tokens, padding: Padding, length: number): Tensor {
  const list = listOf(input);
  const values = { ids: tokens.ids, mask: tokens.ids.map(() => 1), types: tokens.types }[list];
  const filling = { ids: padding.id ?? 0, mask: 0, types: padding.typeId }[list];
  const data = KINDS[input.datatype].create(length) as BigInt64Array | Int32Array;
  const first = padding.side === 'left' ? length - values.length : 0;
  for (let at = 0; at < length; at++) {
    const value = values[at - first] ?? filling;
    data[at] = data instanceof BigInt64Array ? BigInt(value) : value;
  }
  return { dims: [1, length], data };
}
