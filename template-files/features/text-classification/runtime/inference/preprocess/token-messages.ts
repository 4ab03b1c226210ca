import type { NoTokens, Texts, TokenizerSettings, Tokens } from './tokenizer.ts';

export interface TokenWorkerOptions {
  readonly folder: string;
  readonly file: string;
}

/** The bound of a request's texts, and whether longer ones are cut. */
export interface Bound {
  readonly maxTokens: number;
  readonly isCut: boolean;
}

export interface ToTokenWorker extends Bound {
  readonly texts: readonly Texts[];
}

/** One answer to each message, in order. */
export type FromTokenWorker =
  | { readonly kind: 'loaded'; readonly settings: TokenizerSettings }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'done'; readonly tokens: readonly (Tokens | NoTokens)[] }
  | { readonly kind: 'failed'; readonly message: string };
