import { parseColumnNotes } from '../../generators/questions/column-notes.ts';
import type { TensorSpec } from '../../generators/tensor.ts';

const inputs: TensorSpec[] = [
  { name: 'x', datatype: 'FP32', shape: [-1, 3], features: ['a', 'a b', 'c'].map((name) => ({ name })) },
  { name: 'plan', datatype: 'BYTES', shape: [-1, 1], features: [{ name: 'plan' }] },
];
const read = (text: string) => parseColumnNotes(text, inputs);
const notes = (text: string) => {
  const parsed = read(text);
  if ('problems' in parsed) throw new Error(parsed.problems[0]?.message);
  return Object.fromEntries(parsed.value);
};

test.each([
  ['', {}],
  ['a', { a: {} }],
  ['a 0..10', { a: { min: 0, max: 10 } }],
  ['a -1.5..', { a: { min: -1.5 } }],
  ['a ..1e3', { a: { max: 1000 } }],
  ['a km/h 0..300, c °C', { a: { unit: 'km/h', min: 0, max: 300 }, c: { unit: '°C' } }],
  ['a b cm', { 'a b': { unit: 'cm' } }],
  ['plan free|basic | pro', { plan: { categories: ['free', 'basic', 'pro'] } }],
  ['plan', { plan: {} }],
])('%j', (text, expected) => {
  expect(notes(text)).toEqual(expected);
});

test.each([
  ['d 0..1', '"d 0..1" starts with the name of no column'],
  ['a 0..1, a cm', 'the column "a" stands twice'],
])('%j is refused', (text, message) => {
  expect(read(text)).toEqual({ problems: [{ path: [], message }] });
});
