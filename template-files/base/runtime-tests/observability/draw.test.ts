import { draw, drawer } from '../../runtime/observability/draw.ts';

test('texts are drawn evenly, and always alike', () => {
  const ids = Array.from({ length: 20_000 }, (_, i) => `request-${i}`);
  for (const share of [0.01, 0.1, 0.5]) {
    const drawn = ids.filter((id) => draw(id) < share).length / ids.length;
    // Five standard deviations.
    expect(Math.abs(drawn - share)).toBeLessThan(5 * Math.sqrt((share * (1 - share)) / ids.length));
  }
  expect(draw('a')).toBe(draw('a'));
  // Other processes, and other versions of the service, draw the same.
  expect(draw('variant:user-1')).toBe(0.05889585497789085);
  expect(drawer('variant:')('user-1')).toBe(0.05889585497789085);
});
