import type { Serving, TextSteps } from '../../contract/serving.ts';
import { inputMismatch, ServiceError } from '../../errors.ts';
import type { Waiter } from '../limits/capacity.ts';
import { type Capacity, createCapacity } from '../limits/capacity.ts';
import type { Block } from '../tensor.ts';
import type { Encoder, OnInvalid } from './encoder.ts';
import { listOf, paddedLength, tensorOf } from './sequence.ts';
import { createPairReader, createTextReader } from './texts.ts';
import { charactersOf, startTokenThread } from './token-thread.ts';
import type { NoTokens, Texts, TokenizerSettings, Tokens } from './tokenizer.ts';

const DEFAULTS = { maxTokens: 512, maxCharacters: 20_000 };

/**
 * Instances are texts, or `{"text": …}`, or with `pairs` `{"text": …, "text_pair": …}`; the model gets what the repository's
 * tokenizer makes of them.
 */
export async function createEncoder(
  { inputs, limits }: Serving,
  onInvalid: OnInvalid,
  folder: string,
  capacity: Capacity = createCapacity(limits),
): Promise<Encoder> {
  const named = inputs.find(({ text }) => text?.tokenizer !== undefined) ?? inputs[0];
  const steps: TextSteps = { maxCharacters: DEFAULTS.maxCharacters, ...named?.text };
  const name = named?.name ?? 'text';
  const read = textsReader(steps, name, onInvalid);
  const fixed = inputs[0]?.shape[1] ?? -1;
  const thread = await startTokenThread({ folder, file: steps.tokenizer ?? '' }, limits.maxQueue);
  const { padding } = thread.settings;
  const masked = inputs.some((input) => listOf(input) === 'mask');
  const maxTokens = boundOf(thread.settings, steps, fixed);
  checkSettings(thread.settings, steps, maxTokens, fixed !== -1 && !masked);

  function checked(tokens: Tokens | NoTokens, index: number): Tokens {
    const where = `instances[${index}]`;
    if ('refused' in tokens) {
      onInvalid(name, 'type');
      throw inputMismatch(where, 'a text that the tokenizer has tokens for', `one that it refuses: ${tokens.refused}`);
    }
    if (tokens.length > maxTokens && steps.tooLong !== 'truncate') {
      onInvalid(name, 'out_of_range');
      throw inputMismatch(where, `a text of at most ${maxTokens} tokens`, `${tokens.length} tokens`);
    }
    return tokens;
  }

  function lengthOf({ ids }: Tokens): number {
    return fixed === -1 ? paddedLength(ids.length, padding, masked, maxTokens) : fixed;
  }

  function blockOf(tokens: Tokens): Block {
    const length = lengthOf(tokens);
    return { rows: 1, key: `${length}`, tensors: inputs.map((input) => tensorOf(input, tokens, padding, length)) };
  }

  /** Bytes of the tensors, which the padding may make far larger than the texts. */
  function bytesOf(all: readonly Tokens[]): number {
    const tokens = all.reduce((sum, one) => sum + lengthOf(one), 0);
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
      texts.reduce((sum, one) => sum + charactersOf(one), 0),
      waiter,
    );
    let isDone = false;
    try {
      const found = await thread.encode(texts, { maxTokens, isCut: steps.tooLong === 'truncate' }, waiter);
      const all = found.map(checked);
      await entry.acquire(bytesOf(all));
      isDone = true;
      return all.map(blockOf);
    } finally {
      if (isDone && reading) reading.onEnd(entry.leave);
      else entry.leave();
    }
  };
}

function textsReader(steps: TextSteps, name: string, onInvalid: OnInvalid): (one: unknown, at: number) => Texts {
  if (steps.pairs) return createPairReader(steps, name, onInvalid);
  const read = createTextReader(steps, name, onInvalid);
  return (instance, index) => [read(instance, index)];
}

/** What serving.yaml says goes before what training left in the tokenizer's files; no sequence is longer than the model's axis. */
function boundOf({ truncation }: TokenizerSettings, { maxTokens }: TextSteps, fixed: number): number {
  const own = maxTokens ?? truncation.maxTokens;
  return fixed === -1 ? (own ?? DEFAULTS.maxTokens) : Math.min(own ?? fixed, fixed);
}

/** @param mustFill whether the model takes what fills up for text */
function checkSettings(
  { special, padding }: TokenizerSettings,
  { pairs, tokenizer }: TextSteps,
  maxTokens: number,
  mustFill: boolean,
): void {
  const least = (pairs ? special.pair : special.single) + 1;
  if (maxTokens < least) {
    throw new ServiceError(
      'CONFIG_INVALID',
      `serving.yaml text.maxTokens: expected at least ${least}, since ${least - 1} are the tokenizer's special tokens; found ${maxTokens}`,
    );
  }
  if (mustFill && padding.id === undefined) {
    throw new ServiceError(
      'CONFIG_INVALID',
      `serving.yaml text.tokenizer: ${tokenizer} names no token that fills up short texts, which a model of fixed length without a mask needs: add "padding", or "pad_token" to tokenizer_config.json`,
    );
  }
}
