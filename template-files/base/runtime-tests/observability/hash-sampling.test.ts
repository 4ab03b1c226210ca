import { hashFraction, prefixedFraction } from '../../runtime/observability/hash-sampling.ts';

test('texts are sampled evenly, and the same in every process', () => {
  const ids = Array.from({ length: 20_000 }, (_, i) => `request-${i}`);
  for (const share of [0.01, 0.1, 0.5]) {
    const sampled = ids.filter((id) => hashFraction(id) < share).length / ids.length;
    // Five standard deviations.
    expect(Math.abs(sampled - share)).toBeLessThan(5 * Math.sqrt((share * (1 - share)) / ids.length));
  }
  expect(hashFraction('a')).toBe(hashFraction('a'));
  // Other processes, and other versions of the service, sample the same.
  expect(hashFraction('variant:user-1')).toBe(0.05889585497789085);
  expect(prefixedFraction('variant:')('user-1')).toBe(0.05889585497789085);
});
