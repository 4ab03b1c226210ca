import type { TextSteps } from '../../runtime/contract/serving.ts';
import { createEncoder } from '../../runtime/inference/preprocess/encoder.ts';
import type { Block } from '../../runtime/inference/tensor.ts';
import { serving } from '../helpers/serving.ts';

function encoded(instances: unknown[], text: TextSteps = {}, shape = [-1, 1]) {
  const counted: string[] = [];
  const model = { ...serving().model, type: 'text-classification' as const };
  const inputs = [{ name: 'text', datatype: 'BYTES' as const, shape, text }];
  const encode = createEncoder(serving({ model, inputs }), (name, reason) => counted.push(`${name}:${reason}`));
  return { counted, blocks: () => encode(instances) as readonly Block[] };
}

test('texts and objects of one are rows of strings', () => {
  expect(encoded(['a', { text: 'b' }]).blocks()).toEqual([
    { rows: 2, key: '', tensors: [{ dims: [2, 1], data: ['a', 'b'] }] },
  ]);
  expect(encoded(['a'], {}, [-1]).blocks()[0]?.tensors[0]?.dims).toEqual([1]);
});

test('the steps of serving.yaml are taken in order: cut, normalised, trimmed, lower case', () => {
  const steps = { trim: true, lowercase: true, unicode: 'NFKC', maxCharacters: 6, tooLong: 'truncate' } as const;
  expect(encoded([' ＡBC  d'], steps).blocks()[0]?.tensors[0]?.data).toEqual(['abc']);
});

test('the bound holds for what the steps make of a text as well', () => {
  const long = '\ufdfa'.repeat(3);
  const { blocks, counted } = encoded([long], { unicode: 'NFKC', maxCharacters: 50 });
  expect(blocks).toThrow('instances[0]: expected a text of at most 50 characters');
  expect(counted).toEqual(['text:out_of_range']);
  const cut = encoded([long, long.repeat(20)], { unicode: 'NFKC', maxCharacters: 50, tooLong: 'truncate' });
  const texts = cut.blocks()[0]?.tensors[0]?.data as string[] | undefined;
  expect(texts?.map(({ length }) => length)).toEqual([50, 50]);
  expect(cut.counted).toEqual(['text:out_of_range', 'text:out_of_range']);
});

test('a cut never splits a character of two units', () => {
  const steps = { maxCharacters: 2, tooLong: 'truncate' } as const;
  expect(encoded(['a😀'], steps).blocks()[0]?.tensors[0]?.data).toEqual(['a']);
});

test.each([
  [5, 'instances[0]: expected a text, found 5', 'text:type'],
  [{}, 'instances[0].text: expected a text, found nothing', 'text:missing'],
  [{ text: ['a'] }, 'instances[0].text: expected a text, found a list of 1', 'text:type'],
  [{ text: 'a', lang: 'en' }, 'instances[0]: expected only text, found "lang"', undefined],
  ['abcd', 'instances[0]: expected a text of at most 3 characters, found "abcd"', 'text:out_of_range'],
  ['a\0', 'instances[0]: expected a string without NUL or lone surrogates', undefined],
])('%j is refused with its place', (instance, message, reason) => {
  const { blocks, counted } = encoded([instance], { maxCharacters: 3 });
  expect(blocks).toThrow(message);
  expect(counted).toEqual(reason ? [reason] : []);
});
