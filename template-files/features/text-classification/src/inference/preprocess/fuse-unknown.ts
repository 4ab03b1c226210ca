import type { Tokenizer } from '@huggingface/tokenizers';

type Model = NonNullable<Tokenizer['model']>;

/**
 * Lets a model join unknown tokens in time that is linear in their number. The library's own way (1.x, `fuse_unk`) looks up the
 * text that it has joined so far at every token: 20,000 unknown characters took 2.6 s.
 */
export function fuseInLinearTime(model: Model): void {
  if (!model.fuse_unk) return;
  const encode = model.encode.bind(model);
  model.fuse_unk = false;
  model.encode = (tokens: string[]) => fuseUnknown(encode(tokens), (token) => isUnknown(model, token));
}

function isUnknown({ tokens_to_ids: ids, unk_token_id: unknown }: Model, token: string): boolean {
  return (ids.get(token) ?? unknown) === unknown;
}

/** Neighbours that are unknown become one token, which has all of their text. */
export function fuseUnknown(tokens: readonly string[], isUnknownToken: (token: string) => boolean): string[] {
  const fused: string[] = [];
  let run: string[] = [];
  const endRun = (): void => {
    if (run.length > 0) fused.push(run.join(''));
    run = [];
  };
  for (const token of tokens) {
    if (isUnknownToken(token)) run.push(token);
    else {
      endRun();
      fused.push(token);
    }
  }
  endRun();
  return fused;
}
