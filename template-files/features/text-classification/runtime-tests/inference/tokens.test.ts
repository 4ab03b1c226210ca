import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InputSpec } from '../../runtime/contract/serving.ts';
import { createCapacity } from '../../runtime/inference/limits/capacity.ts';
import { tokenizerProblems } from '../../runtime/inference/preprocess/tokenizer-problems.ts';
import { createEncoder } from '../../runtime/inference/preprocess/tokens.ts';
import { serving } from '../helpers/serving.ts';

const WORDS = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', 'where', 'is', 'my', 'parcel', '?'];

const PLAIN = { single_word: false, lstrip: false, rstrip: false, normalized: false };

/** A tokenizer.json as BERT's: words, [CLS] before and [SEP] behind. */
const TOKENIZER = {
  version: '1.0',
  truncation: null,
  padding: null,
  decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
  added_tokens: WORDS.slice(0, 4).map((content, id) => ({ id, content, special: true, ...PLAIN })),
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

/** A tokenizer.json of its own, changed in some of its parts; the id input that names it. */
function idsOf(name: string, changes: object, config?: object): InputSpec {
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, 'tokenizer.json'), JSON.stringify({ ...TOKENIZER, ...changes }));
  if (config) writeFileSync(join(folder, name, 'tokenizer_config.json'), JSON.stringify(config));
  return { ...ids, text: { tokenizer: `${name}/tokenizer.json`, tooLong: 'truncate' } };
}

/** Every byte is a token of its own, as in GPT-2 before its merges: no special tokens, no types. */
const BYTES = {
  normalizer: null,
  added_tokens: [],
  pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
  post_processor: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: false, use_regex: true },
  decoder: null,
  model: { type: 'BPE', vocab: { a: 0, b: 1, c: 2, d: 3, '\u0120': 4 }, merges: [] },
};

describe('a byte-level tokenizer', () => {
  test('cuts a text that is too long, or it is refused', async () => {
    const bytes = idsOf('bytes', BYTES);
    const bound = { ...bytes, text: { ...bytes.text, maxTokens: 3 } };
    expect(await encoded(['abcd', 'a b'], [bound])).toEqual([[[0, 1, 2]], [[0, 4, 1]]]);
    const refusing = { ...bound, text: { ...bound.text, tooLong: 'refuse' as const } };
    await expect(encoded(['abcd'], [refusing])).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: 'instances[0]: expected a text of at most 3 tokens, found 4 tokens',
    });
  });

  test('without a token that fills up, texts keep their own length even with a mask', async () => {
    expect(await encoded(['ab'], [idsOf('bytes', BYTES), mask])).toEqual([
      [
        [0, 1],
        [1, 1],
      ],
    ]);
  });

  test('without one, a fixed length needs a mask', async () => {
    const fixed = { ...idsOf('bytes', BYTES), shape: [-1, 4] };
    await expect(encoded(['ab'], [fixed])).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('names no token that fills up short texts'),
    });
    expect(await encoded(['ab'], [fixed, { ...mask, shape: [-1, 4] }])).toEqual([
      [
        [0, 1, 0, 0],
        [1, 1, 0, 0],
      ],
    ]);
  });
});

describe('what the files of the tokenizer say', () => {
  const truncation = { direction: 'Left', max_length: 4, strategy: 'LongestFirst', stride: 0 };
  const padding = {
    strategy: { Fixed: 6 },
    direction: 'Left',
    pad_to_multiple_of: 4,
    pad_id: 7,
    pad_type_id: 1,
    pad_token: 'parcel',
  };

  test('truncation: its length and its side', async () => {
    expect(await encoded(['where is my parcel'], [idsOf('left', { truncation })])).toEqual([[[2, 6, 7, 3]]]);
  });

  test('what serving.yaml says goes before it', async () => {
    const input = idsOf('left', { truncation });
    const own = { ...input, text: { ...input.text, maxTokens: 5 } };
    expect(await encoded(['where is my parcel'], [own])).toEqual([[[2, 5, 6, 7, 3]]]);
  });

  test('padding: its length, its side, its ids, as a model without a mask was trained with it', async () => {
    const types: InputSpec = { name: 'token_type_ids', datatype: 'INT64', shape: [-1, -1] };
    expect(await encoded(['is'], [idsOf('filled', { padding }), types])).toEqual([
      [
        [7, 7, 7, 7, 7, 2, 5, 3],
        [1, 1, 1, 1, 1, 0, 0, 0],
      ],
    ]);
  });

  test('tokenizer_config.json, where tokenizer.json says nothing', async () => {
    const config = { pad_token: { content: '?' }, padding_side: 'left', truncation_side: 'left', model_max_length: 4 };
    const input = idsOf('config', {}, config);
    expect(await encoded(['is', 'where is my parcel'], [input, mask])).toEqual([
      [
        [8, 2, 5, 3],
        [0, 1, 1, 1],
      ],
      [
        [2, 6, 7, 3],
        [1, 1, 1, 1],
      ],
    ]);
  });

  test('a bound that has no place for text is an error of serving.yaml', async () => {
    const bound = { ...ids, text: { ...ids.text, maxTokens: 2 } };
    await expect(encoded(['is'], [bound])).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('serving.yaml text.maxTokens: expected at least 3'),
    });
  });
});

describe('words that a vocabulary lacks', () => {
  const words = (unknown: string) => ({
    model: { type: 'WordLevel', vocab: TOKENIZER.model.vocab, unk_token: unknown },
    pre_tokenizer: { type: 'Whitespace' },
  });

  test('become the unknown token', async () => {
    expect(await encoded(['is it'], [idsOf('words', words('[UNK]'))])).toEqual([[[2, 5, 1, 3]]]);
  });

  test('are refused by name where there is none, and nothing else is', async () => {
    const input = idsOf('known', words('<none>'));
    await expect(encoded(['is', 'is it'], [input])).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringMatching(/^instances\[1\]: expected a text that the tokenizer has tokens for.*UNK/),
    });
    expect(await encoded(['is my'], [input])).toEqual([[[2, 5, 6, 3]]]);
  });
});

describe('pairs of texts', () => {
  const pairs: InputSpec = { ...ids, text: { ...ids.text, pairs: true, maxTokens: 6, tooLong: 'truncate' } };
  const types: InputSpec = { name: 'token_type_ids', datatype: 'INT64', shape: [-1, -1] };

  test('become one sequence with two types, cut at the longer one', async () => {
    expect(await encoded([{ text: 'where', text_pair: 'is my parcel ?' }], [pairs, types])).toEqual([
      [
        [2, 4, 3, 5, 6, 3],
        [0, 0, 0, 1, 1, 1],
      ],
    ]);
  });

  test.each([
    ['a text alone', 'where', 'instances[0]: expected an object with text and text_pair'],
    ['no second text', { text: 'where' }, 'instances[0].text_pair: expected a text'],
    ['another key', { text: 'a', text_pair: 'b', pair: 'c' }, 'instances[0]: expected only text and text_pair'],
    ['half a character', { text: 'a', text_pair: '\ud800' }, 'instances[0].text_pair: expected a string without'],
  ])('%s is refused', async (_what, instance, message) => {
    await expect(encoded([instance], [pairs, types])).rejects.toThrow(message);
  });
});

describe('a tokenizer.json that would give other tokens, or end the process', () => {
  const template = (name: string) => ({
    type: 'TemplateProcessing',
    single: [{ SpecialToken: { id: name, type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
    pair: [],
    special_tokens: { '[CLS]': { id: '[CLS]', ids: [2], tokens: ['[CLS]'] } },
  });

  test.each<[string, unknown, string[]]>([
    ['is none', [], ['expected an object']],
    ['has no model', {}, ['model: expected an object']],
    [
      'has a normalizer of an unknown kind in a sequence',
      { ...TOKENIZER, normalizer: { type: 'Sequence', normalizers: [{ type: 'NFC' }, { type: 'Romanise' }] } },
      [expect.stringMatching(/^normalizer\.normalizers\[1\]\.type: expected one of .*, found "Romanise"$/)],
    ],
    [
      'draws tokens',
      { ...TOKENIZER, model: { ...TOKENIZER.model, dropout: 0.1 } },
      [expect.stringContaining('model.dropout: expected null, found 0.1')],
    ],
    [
      'has a template with a token without an id',
      { ...TOKENIZER, post_processor: { type: 'Sequence', processors: [template('[BOS]')] } },
      ['post_processor.processors[0].special_tokens: "[BOS]" is missing, which the template names'],
    ],
    ['is right', { ...TOKENIZER, post_processor: template('[CLS]') }, []],
  ])('%s', (_what, definition, problems) => {
    expect(tokenizerProblems(definition)).toEqual(problems);
  });

  test('a damaged tokenizer_config.json is an error, none is not', async () => {
    const input = idsOf('damaged', {});
    writeFileSync(join(folder, 'damaged', 'tokenizer_config.json'), '{');
    await expect(encoded(['x'], [input])).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('tokenizer_config.json cannot be used'),
    });
  });
});

test('a megabyte without a space becomes tokens', async () => {
  const bytes = idsOf('bytes', BYTES);
  const bound = { ...bytes, text: { ...bytes.text, maxTokens: 1_000_000, maxCharacters: 1_000_000 } };
  const [[list]] = (await encoded(['a'.repeat(1_000_000)], [bound])) as [[number[]]];
  expect(list.length).toBe(1_000_000);
});
