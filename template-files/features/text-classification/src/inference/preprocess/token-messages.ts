import type { Tokens } from './tokenizer.ts';

export interface TokenWorkerOptions {
  readonly folder: string;
  readonly file: string;
}

export interface ToTokenWorker {
  readonly texts: readonly string[];
  readonly maxTokens: number;
}

/** One answer to each message, in order. */
export type FromTokenWorker =
  | { readonly kind: 'loaded'; readonly padding: number }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'done'; readonly tokens: readonly Tokens[] }
  | { readonly kind: 'failed'; readonly message: string };
