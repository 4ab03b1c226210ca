import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { temporaryFolder } from '../support/folder.ts';
import { repositoryRoot } from '../support/packed.ts';
import { must } from '../support/run.ts';
import { post, serve } from '../support/serve.ts';
import { stampOut } from '../support/stamp-out.ts';

/* The ids that a service makes of awkward texts are those of Python's `tokenizers` (test/models/tokenizers/train.py wrote them). */

type Lists = readonly [ids: readonly number[], types: readonly number[]] | null;

interface Family {
  readonly maxLength: number;
  readonly texts: readonly Lists[];
  readonly pairs: readonly Lists[];
  readonly cutTexts: Readonly<Record<string, Lists>>;
  readonly cutPairs: Readonly<Record<string, Lists>>;
}

const tokenizers = join(repositoryRoot, 'test', 'models', 'tokenizers');
const expected: {
  readonly texts: readonly string[];
  readonly pairs: readonly (readonly [string, string])[];
  readonly families: Readonly<Record<string, Family>>;
} = JSON.parse(readFileSync(join(tokenizers, 'expected.json'), 'utf8'));

const directory = join(temporaryFolder(), 'tokens');
let load: (folder: string, file: string) => Promise<Tokenizer>;

interface Tokenizer {
  readonly settings: { readonly truncation: { readonly maxTokens?: number } };
  encode(texts: readonly string[], maxTokens: number, isCut: boolean): Promise<{ ids: number[]; types: number[] }>;
}

beforeAll(async () => {
  await stampOut(directory, [], ['--model', join(repositoryRoot, 'test', 'models', 'token-ids', 'model.onnx')]);
  await must('npm', ['run', 'build'], { cwd: directory });
  const module = pathToFileURL(join(directory, 'dist', 'runtime', 'inference', 'preprocess', 'tokenizer.js')).href;
  load = (await import(module)).loadTokenizer;
}, 300_000);

test('the texts are many and awkward, and every family is there', () => {
  expect(new Set(expected.texts).size).toBeGreaterThanOrEqual(300);
  expect(Object.keys(expected.families)).toEqual([
    'wordpiece',
    'wordpiece-lowercase',
    'bpe',
    'gpt2',
    'roberta',
    'llama3',
    'unigram',
    'unigram-bytes',
    'wordlevel',
  ]);
});

describe.each(Object.entries(expected.families))('%s', (name, family) => {
  const of = (list: readonly Lists[], changed: Readonly<Record<string, Lists>>) =>
    list.map((own, at) => (`${at}` in changed ? (changed[at] ?? null) : own));

  /** What differs, with the text; nothing else is worth reading. */
  async function differences(inputs: readonly (readonly string[])[], want: readonly Lists[], maxTokens: number) {
    const tokenizer = await load(tokenizers, `${name}.json`);
    const found: unknown[] = [];
    for (const [at, texts] of inputs.entries()) {
      const tokens = await tokenizer.encode(texts, maxTokens, true);
      const lists = 'refused' in tokens ? null : [tokens.ids, tokens.types];
      if (JSON.stringify(lists) !== JSON.stringify(want[at])) found.push([texts, lists, want[at]]);
    }
    return found;
  }
  const texts = expected.texts.map((text) => [text]);
  const BEYOND = 1_000_000;

  test('texts', async () => {
    expect(await differences(texts, family.texts, BEYOND)).toEqual([]);
  });

  test('texts that are cut', async () => {
    expect((await load(tokenizers, `${name}.json`)).settings.truncation.maxTokens).toBe(family.maxLength);
    expect(Object.keys(family.cutTexts).length).toBeGreaterThan(5);
    expect(await differences(texts, of(family.texts, family.cutTexts), family.maxLength)).toEqual([]);
  });

  test('pairs, whole and cut', async () => {
    expect(await differences(expected.pairs, family.pairs, BEYOND)).toEqual([]);
    const want = of(family.pairs, family.cutPairs);
    expect(await differences(expected.pairs, want, family.maxLength)).toEqual([]);
  });
});

test('a service with a byte-level tokenizer answers longer texts, and refuses them by name', async () => {
  copyFileSync(join(tokenizers, 'gpt2.json'), join(directory, 'model', 'tokenizer.json'));
  const path = join(directory, 'serving.yaml');
  const truncating = readFileSync(path, 'utf8');
  // The vectors of the model are fewer than this vocabulary: a text of the first letters stays among them.
  const long = 'abc '.repeat(200);
  for (const [yaml, status] of [
    [truncating, 200],
    [truncating.replace('tooLong: truncate', 'tooLong: refuse'), 400],
  ] as const) {
    writeFileSync(path, yaml);
    const serving = await serve(directory);
    try {
      const answer = await post(`${serving.url}/predict`, { instances: [long] });
      expect(answer.status).toBe(status);
      if (status === 400)
        expect(JSON.stringify(answer.body)).toMatch(/expected a text of at most 12 tokens, found \d+ tokens/);
    } finally {
      expect(await serving.stop()).toBe(0);
    }
  }
}, 120_000);
