import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { withoutMark } from '../../byte-order-mark.ts';
import { jsonProblem, ServiceError } from '../../errors.ts';
import { fuseInLinearTime } from './fuse-unknown.ts';

/** A text as token ids, special tokens included. */
export interface Tokens {
  readonly ids: readonly number[];
  readonly types: readonly number[];
  /** How many there would have been. */
  readonly length: number;
  readonly cut: boolean;
}

export interface TextTokenizer {
  /** The id that fills sequences up. */
  readonly padding: number;
  encode(text: string, maxTokens: number): Tokens;
}

const PADDING_TOKENS = ['[PAD]', '<pad>', '<|endoftext|>'];

/** Reads tokenizer.json, and tokenizer_config.json where it lies beside it. */
export async function loadTokenizer(folder: string, file: string): Promise<TextTokenizer> {
  const path = join(folder, file);
  const definition = await readJson(path, file);
  const config = await readJson(join(dirname(path), 'tokenizer_config.json'), 'tokenizer_config.json').catch(
    () => ({}),
  );
  let tokenizer: Tokenizer;
  try {
    tokenizer = new Tokenizer(definition, config);
    if (tokenizer.model) fuseInLinearTime(tokenizer.model);
  } catch (error) {
    throw invalid(file, (error as Error).message, error);
  }
  const { padding } = definition as { padding?: { pad_id?: number } | null };
  return {
    padding: padding?.pad_id ?? firstKnown(tokenizer, PADDING_TOKENS) ?? 0,
    encode: (text, maxTokens) => encode(tokenizer, text, maxTokens),
  };
}

/** Cuts the text, never the special tokens around it. */
function encode(tokenizer: Tokenizer, text: string, maxTokens: number): Tokens {
  const whole = tokenizer.encode(text, { return_token_type_ids: true });
  const { length } = whole.ids;
  const types = whole.token_type_ids;
  if (length <= maxTokens) return { ids: whole.ids, types, length, cut: false };
  const bare = tokenizer.encode(text, { add_special_tokens: false }).ids;
  const before = Math.max(whole.ids.indexOf(bare[0] ?? -1), 0);
  const after = length - bare.length - before;
  const end = Math.max(maxTokens - after, before);
  const cut = (list: readonly number[]) => [...list.slice(0, end), ...list.slice(length - after)];
  return { ids: cut(whole.ids), types: cut(types), length, cut: true };
}

function firstKnown(tokenizer: Tokenizer, tokens: readonly string[]): number | undefined {
  return tokens.map((token) => tokenizer.token_to_id(token)).find((id) => id !== undefined);
}

async function readJson(path: string, name: string): Promise<object> {
  try {
    return JSON.parse(withoutMark(await readFile(path, 'utf8'))) as object;
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? jsonProblem(error);
    throw invalid(name, reason, error);
  }
}

function invalid(file: string, reason: string, cause: unknown): ServiceError {
  return new ServiceError('CONFIG_INVALID', `serving.yaml text.tokenizer: ${file} cannot be used: ${reason}`, {
    cause,
  });
}
