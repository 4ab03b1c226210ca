import type { VariantsSpec } from '../../../runtime/features/variants/contract.ts';
import { createPick } from '../../../runtime/features/variants/pick.ts';

const spec = (changes: Partial<VariantsSpec>): VariantsSpec => ({
  mode: 'ab',
  candidate: { version: '2.0.0', file: 'x.onnx', sha256: '0'.repeat(64) },
  weight: 30,
  tolerance: 0,
  workers: 1,
  ...changes,
});
const keys = Array.from({ length: 10_000 }, (_, i) => `user-${i}`);
const chosen = (changes: Partial<VariantsSpec>) => {
  const pick = createPick(spec({ stickyHeader: 'X-User', ...changes }));
  return new Set(keys.filter((key, i) => pick({ id: `${i}`, headers: { 'x-user': key } }) === 'candidate'));
};

test('the candidate gets its part', () => {
  // Five standard deviations of a binomial of 10,000 and 0.3.
  expect(Math.abs(chosen({}).size - 3000)).toBeLessThan(5 * Math.sqrt(10_000 * 0.3 * 0.7));
  expect([chosen({ weight: 0 }).size, chosen({ weight: 100 }).size]).toEqual([0, 10_000]);
});

test('a client keeps its variant, and a larger weight takes none back', () => {
  const [few, many] = [chosen({ weight: 10 }), chosen({ weight: 40 })];
  expect(chosen({ weight: 10 })).toEqual(few);
  for (const key of few) expect(many.has(key)).toBe(true);
});

test('without the header the request’s id decides', () => {
  const pick = createPick(spec({ stickyHeader: 'X-User' }));
  const picked = new Set(keys.map((id) => pick({ id, headers: {} })));
  expect(picked).toEqual(new Set(['main', 'candidate']));
  expect(pick({ id: 'a', headers: {} })).toBe(pick({ id: 'a', headers: { 'x-user': '' } }));
});

test('a shadow answers nobody', () => {
  expect(chosen({ mode: 'shadow', weight: 100 }).size).toBe(0);
});
