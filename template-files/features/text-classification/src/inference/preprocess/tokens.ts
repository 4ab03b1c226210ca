import type { InputSpec, Serving, TextSteps } from '../../contract/serving.ts';
import { inputMismatch, ServiceError } from '../../errors.ts';
import { KINDS } from '../datatypes.ts';
import { type Capacity, createCapacity } from '../limits/capacity.ts';
import type { Waiter } from '../limits/semaphore.ts';
import type { Block, Tensor } from '../tensor.ts';
import type { Encoder, OnInvalid } from './encoder.ts';
import { createTextReader } from './texts.ts';
import { startTokenThread } from './token-thread.ts';
import type { Tokens } from './tokenizer.ts';

const DEFAULTS = { maxTokens: 512, maxCharacters: 20_000 };

/** Sequences are padded to a multiple of this, so that requests of similar lengths can share a run. */
const STEP = 8;

type List = 'ids' | 'mask' | 'types';

/** What an input of this name takes, as exporters call them. */
const BY_NAME: Readonly<Record<string, List>> = {
  input_ids: 'ids',
  attention_mask: 'mask',
  token_type_ids: 'types',
};

/** Instances are texts, or `{"text": …}`; the model gets what the repository's tokenizer makes of them. */
export async function createEncoder(
  { inputs, limits }: Serving,
  onInvalid: OnInvalid,
  folder: string,
  capacity: Capacity = createCapacity(limits),
): Promise<Encoder> {
  const named = inputs.find(({ text }) => text?.tokenizer !== undefined) ?? inputs[0];
  const steps: TextSteps = { maxCharacters: DEFAULTS.maxCharacters, ...named?.text };
  const name = named?.name ?? 'text';
  const read = createTextReader(steps, name, onInvalid);
  const fixed = inputs[0]?.shape[1] ?? -1;
  const maxTokens = fixed === -1 ? (steps.maxTokens ?? DEFAULTS.maxTokens) : fixed;
  const tokenizer = await startTokenThread({ folder, file: steps.tokenizer ?? '' }, limits.maxQueue);
  const masked = inputs.some((input) => listOf(input) === 'mask');

  function checkLength(tokens: Tokens, index: number): void {
    if (tokens.cut && steps.tooLong !== 'truncate') {
      onInvalid(name, 'out_of_range');
      throw inputMismatch(`instances[${index}]`, `a text of at most ${maxTokens} tokens`, `${tokens.length} tokens`);
    }
  }

  /** Without a mask the model would take padding for text: then each text goes alone, as long as it is. */
  function paddedLength({ ids }: Tokens): number {
    if (fixed !== -1) return fixed;
    return masked ? Math.min(Math.ceil(ids.length / STEP) * STEP, maxTokens) : ids.length;
  }

  function tensorOf(input: InputSpec, tokens: Tokens, length: number): Tensor {
    const list = listOf(input);
    const values = { ids: tokens.ids, mask: tokens.ids.map(() => 1), types: tokens.types }[list];
    const kind = KINDS[input.datatype];
    const data = kind.create(length) as BigInt64Array | Int32Array;
    const padding = list === 'ids' ? tokenizer.padding : 0;
    for (let at = 0; at < length; at++) {
      const value = values[at] ?? padding;
      data[at] = data instanceof BigInt64Array ? BigInt(value) : value;
    }
    return { dims: [1, length], data };
  }

  function blockOf(tokens: Tokens): Block {
    const length = paddedLength(tokens);
    return { rows: 1, key: `${length}`, tensors: inputs.map((input) => tensorOf(input, tokens, length)) };
  }

  /** Bytes of the tensors, which the padding may make far larger than the texts. */
  function bytesOf(all: readonly Tokens[]): number {
    const tokens = all.reduce((sum, one) => sum + paddedLength(one), 0);
    const bytes = inputs.reduce((sum, { datatype }) => sum + (datatype === 'INT64' ? 8 : 4), 0) * tokens;
    if (bytes <= capacity.maxBytes) return bytes;
    throw new ServiceError(
      'DECODED_TOO_LARGE',
      `instances: expected texts whose tokens take at most ${capacity.maxBytes} bytes, found ${bytes}. Send fewer texts in a request.`,
    );
  }

  return async (instances, reading) => {
    const waiter: Waiter = reading ?? { deadline: Number.POSITIVE_INFINITY };
    const texts = instances.map(read);
    const entry = capacity.enter(
      texts.reduce((sum, { length }) => sum + length, 0),
      waiter,
    );
    let isDone = false;
    try {
      const all = await tokenizer.encode(texts, maxTokens, waiter);
      all.forEach(checkLength);
      await entry.acquire(bytesOf(all));
      isDone = true;
      return all.map(blockOf);
    } finally {
      if (isDone && reading) reading.onEnd(entry.leave);
      else entry.leave();
    }
  };
}

function listOf({ name, text }: InputSpec): List {
  return text?.holds ?? (Object.hasOwn(BY_NAME, name) ? BY_NAME[name] : undefined) ?? 'ids';
}
