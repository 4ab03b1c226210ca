import { Tokenizer } from 'tokenizers';
import { invalid, readTokenizerFiles } from './tokenizer-files.ts';
import { type Padding, paddingOf, type Truncation, truncationOf } from './tokenizer-settings.ts';

/** A text, or two that belong together. */
export type Texts = readonly [text: string, pair?: string];

/** A text as token ids, special tokens included. */
export interface Tokens {
  readonly ids: readonly number[];
  readonly types: readonly number[];
  /** How many there would have been. */
  readonly length: number;
}

/** Why the library makes no tokens of a text: it has no token for unknown words, or nothing may be cut. */
export interface NoTokens {
  readonly refused: string;
}

export interface TokenizerSettings {
  readonly padding: Padding;
  readonly truncation: Truncation;
  /** How many special tokens a text, and a pair of texts, has: one more is the least that a bound can be. */
  readonly special: { readonly single: number; readonly pair: number };
}

export interface TextTokenizer {
  readonly settings: TokenizerSettings;
  /**
   * One call after the other.
   * @param isCut whether longer texts are cut between their special tokens; else only their length is answered
   */
  encode(texts: Texts, maxTokens: number, isCut: boolean): Promise<Tokens | NoTokens>;
}

/**
 * Loads Hugging Face's own tokenizer: the ids are those that Python's `tokenizers` makes.
 * Rejects with CONFIG_INVALID naming what cannot be used.
 */
export async function loadTokenizer(folder: string, file: string): Promise<TextTokenizer> {
  const { text, definition, config } = await readTokenizerFiles(folder, file);
  const tokenizer = load(text, file);
  const truncation = truncationOf(definition, config);
  // Cut and filled up where the bounds of serving.yaml and of the model's shape are known.
  tokenizer.disableTruncation();
  tokenizer.disablePadding();
  const settings = {
    truncation,
    padding: paddingOf(definition, config, (token) => tokenizer.tokenToId(token)),
    special: {
      single: (await tokenizer.encode('')).getLength(),
      pair: (await tokenizer.encode('', '')).getLength(),
    },
  };
  return {
    settings,
    encode: (texts, maxTokens, isCut) =>
      encode(tokenizer, texts, isCut ? maxTokens : undefined, truncation).catch((error: Error) => ({
        refused: error.message,
      })),
  };
}

async function encode(
  tokenizer: Tokenizer,
  [text, pair]: Texts,
  maxTokens: number | undefined,
  { strategy, side }: Truncation,
): Promise<Tokens> {
  const whole = await tokenizer.encode(text, pair);
  const length = whole.getLength();
  if (maxTokens === undefined || length <= maxTokens) {
    return { ids: whole.getIds(), types: whole.getTypeIds(), length };
  }
  tokenizer.setTruncation(maxTokens, { strategy: strategy as never, direction: side, stride: 0 });
  try {
    const cut = await tokenizer.encode(text, pair);
    return { ids: cut.getIds(), types: cut.getTypeIds(), length };
  } finally {
    tokenizer.disableTruncation();
  }
}

function load(text: string, file: string): Tokenizer {
  try {
    return Tokenizer.fromString(text);
  } catch (error) {
    throw invalid(file, (error as Error).message, error);
  }
}
