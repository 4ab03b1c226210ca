import { likeliest } from '../../runtime/inference/postprocess/scores.ts';

const of = (values: readonly number[], count: number) =>
  likeliest(values.length, count, (place) => values[place] as number);

test('the highest first, of equal ones the earlier', () => {
  expect(of([0.1, 0.5, 0.2, 0.5], 3)).toEqual([1, 3, 2]);
  expect(of([0.3, 0.2, 0.5], 5)).toEqual([2, 0, 1]);
  expect(of([Number.NaN, -1, Number.NEGATIVE_INFINITY], 2)).toEqual([1, 0]);
});

test('as sorting gives it, whatever the values', () => {
  for (let round = 0; round < 50; round++) {
    const values = Array.from({ length: 40 }, () => Math.floor(Math.random() * 20));
    const sorted = values
      .map((_, place) => place)
      .sort((a, b) => (values[b] as number) - (values[a] as number) || a - b);
    expect(of(values, 7)).toEqual(sorted.slice(0, 7));
  }
});
