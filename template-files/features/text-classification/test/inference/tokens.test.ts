import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import type { InputSpec } from '../../src/contract/serving.ts';
import { createCapacity } from '../../src/inference/limits/capacity.ts';
import { fuseUnknown } from '../../src/inference/preprocess/fuse-unknown.ts';
import { loadTokenizer } from '../../src/inference/preprocess/tokenizer.ts';
import { createEncoder } from '../../src/inference/preprocess/tokens.ts';
import { serving } from '../helpers/serving.ts';

const WORDS = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', 'where', 'is', 'my', 'parcel', '?'];

/** A tokenizer.json as BERT's: words, [CLS] before and [SEP] behind. */
const TOKENIZER = {
  version: '1.0',
  truncation: null,
  padding: null,
  decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
  added_tokens: WORDS.slice(0, 4).map((content, id) => ({ id, content, special: true })),
  normalizer: {
    type: 'BertNormalizer',
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: null,
    lowercase: true,
  },
  pre_tokenizer: { type: 'BertPreTokenizer' },
  post_processor: { type: 'BertProcessing', sep: ['[SEP]', 3], cls: ['[CLS]', 2] },
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: Object.fromEntries(WORDS.map((word, id) => [word, id])),
  },
};

const folder = mkdtempSync(join(tmpdir(), 'tokens-'));
writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(TOKENIZER));
afterAll(() => rmSync(folder, { recursive: true }));

const ids: InputSpec = { name: 'input_ids', datatype: 'INT64', shape: [-1, -1], text: { tokenizer: 'tokenizer.json' } };
const mask: InputSpec = { name: 'attention_mask', datatype: 'INT64', shape: [-1, -1] };

async function encoded(instances: unknown[], inputs: InputSpec[] = [ids, mask]) {
  const model = { ...serving().model, type: 'text-classification' as const };
  const encode = await createEncoder(serving({ model, inputs }), () => {}, folder);
  const blocks = await encode(instances);
  return blocks.map(({ tensors }) => tensors.map(({ data }) => [...(data as Iterable<bigint | number>)].map(Number)));
}

test('a text becomes ids and a mask, padded to a multiple of eight', async () => {
  expect(await encoded(['Where is my parcel?', { text: 'is' }])).toEqual([
    [
      [2, 4, 5, 6, 7, 8, 3, 0],
      [1, 1, 1, 1, 1, 1, 1, 0],
    ],
    [
      [2, 5, 3, 0, 0, 0, 0, 0],
      [1, 1, 1, 0, 0, 0, 0, 0],
    ],
  ]);
});

test('words that are not known, and none at all', async () => {
  expect((await encoded(['hello', '']))[0]?.[0]).toEqual([2, 1, 3, 0, 0, 0, 0, 0]);
  expect((await encoded(['']))[0]?.[0]).toEqual([2, 3, 0, 0, 0, 0, 0, 0]);
});

test('without a mask nothing is padded; a fixed length is filled', async () => {
  expect(await encoded(['is my'], [ids])).toEqual([[[2, 5, 6, 3]]]);
  const fixed = [
    { ...ids, shape: [-1, 6] },
    { ...mask, shape: [-1, 6] },
  ];
  expect(await encoded(['is my'], fixed)).toEqual([
    [
      [2, 5, 6, 3, 0, 0],
      [1, 1, 1, 1, 0, 0],
    ],
  ]);
});

test('32-bit ids, types, and lists under names of their own', async () => {
  const inputs: InputSpec[] = [
    { ...ids, name: 'tokens', datatype: 'INT32' },
    { name: 'segments', datatype: 'INT32', shape: [-1, -1], text: { holds: 'types' } },
  ];
  expect(await encoded(['is'], inputs)).toEqual([
    [
      [2, 5, 3],
      [0, 0, 0],
    ],
  ]);
});

test('a longer text is cut between its special tokens, or refused', async () => {
  const cut = { ...ids, text: { ...ids.text, maxTokens: 4, tooLong: 'truncate' } } as const;
  expect(await encoded(['where is my parcel'], [cut])).toEqual([[[2, 4, 5, 3]]]);
  const refused = { ...ids, text: { ...ids.text, maxTokens: 4 } };
  await expect(encoded(['where is my parcel'], [refused])).rejects.toThrow(
    'instances[0]: expected a text of at most 4 tokens, found 6 tokens',
  );
});

test.each([
  ['a file that is not there', 'nothing.json', 'ENOENT'],
  ['a file that is no tokenizer', 'bad.json', 'cannot be used'],
])('%s is named', async (_what, tokenizer, message) => {
  writeFileSync(join(folder, 'bad.json'), '{"model": {"type": "Nothing"}}');
  await expect(encoded(['x'], [{ ...ids, text: { tokenizer } }])).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining(message),
  });
});

describe('what a request may take', () => {
  const fixed: InputSpec = { ...ids, shape: [-1, 4096] };
  const model = { ...serving().model, type: 'text-classification' as const };

  async function setUp(maxDecodingBytes: number) {
    const capacity = createCapacity({ maxDecodingBytes });
    const encode = await createEncoder(serving({ model, inputs: [fixed] }), () => {}, folder, capacity);
    return { capacity, encode };
  }

  test('short texts whose padded tokens are more than there is memory for are refused', async () => {
    const { capacity, encode } = await setUp(10 * 4096 * 8);
    let release = (): void => {};
    const reading = {
      deadline: Number.POSITIVE_INFINITY,
      onEnd: (give: () => void) => {
        release = give;
      },
    };
    expect(await encode(new Array(10).fill('is'), reading)).toHaveLength(10);
    expect(capacity.used()).toBe(10 * 4096 * 8);
    release();
    await expect(encode(new Array(11).fill('is'), reading)).rejects.toMatchObject({
      code: 'DECODED_TOO_LARGE',
      message: expect.stringContaining('at most 327680 bytes, found 360448'),
    });
    expect(capacity.used()).toBe(0);
  });

  test('nothing is read for a client that has left, or after the deadline', async () => {
    const { capacity, encode } = await setUp(2 ** 20);
    const onEnd = (): void => {};
    const gone = { deadline: Number.POSITIVE_INFINITY, client: { destroyed: true }, onEnd };
    await expect(encode(['is'], gone)).rejects.toMatchObject({ code: 'CLIENT_GONE' });
    await expect(encode(['is'], { deadline: performance.now() - 1, onEnd })).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(capacity.used()).toBe(0);
  });
});

describe('unknown tokens', () => {
  test('that are neighbours become one', () => {
    const isUnknown = (token: string) => /^[xyz]$/.test(token);
    expect(fuseUnknown(['x', 'a', 'y', 'z', 'b', 'b', 'x'], isUnknown)).toEqual(['x', 'a', 'yz', 'b', 'b', 'x']);
    expect(fuseUnknown([], isUnknown)).toEqual([]);
  });

  test('are looked at once each, however many there are', () => {
    let looks = 0;
    const count = 20_000;
    const [only, ...more] = fuseUnknown(new Array(count).fill('.'), () => {
      looks += 1;
      return true;
    });
    expect([only?.length, more.length, looks]).toEqual([count, 0, count]);
  });

  test('of a unigram model are those of the library', async () => {
    const unigram = {
      ...TOKENIZER,
      added_tokens: [],
      normalizer: null,
      pre_tokenizer: { type: 'Metaspace', replacement: '\u2581', add_prefix_space: true, prepend_scheme: 'always' },
      post_processor: null,
      model: {
        type: 'Unigram',
        unk_id: 1,
        vocab: [
          ['<s>', 0],
          ['<unk>', 0],
          ['\u2581', -1],
          ['a', -2],
          ['<pad>', 0],
        ],
      },
    };
    writeFileSync(join(folder, 'unigram.json'), JSON.stringify(unigram));
    const tokenizer = await loadTokenizer(folder, 'unigram.json');
    const plain = new Tokenizer(structuredClone(unigram), {});
    for (const text of ['a', '...', 'a..a.', '. . a', 'a <unk> .', '..a..a..', 'aa b']) {
      expect(tokenizer.encode(text, 512).ids).toEqual(plain.encode(text).ids);
    }
  });
});
