import { draw, drawer } from '../../../src/observability/draw.ts';
import { createRedact } from '../../../src/observability/prediction-log/redact.ts';

const TABLE = { columns: ['name', 'age', 'income'], single: 'x' };
const salt = 'a salt of the tests';

test('fields are removed or hashed, in objects and in lists', () => {
  const redact = createRedact({ remove: ['income'], hash: ['name'], salt }, TABLE);
  const [asObject, asList] = [{ name: 'Ann', age: 30, income: 1 }, ['Ann', 30, 1]].map((row) => redact?.(row));
  const { name } = asObject as { name: string };
  expect(name).toMatch(/^hmac:[0-9a-f]{32}$/);
  expect(asObject).toEqual({ name, age: 30, income: '[redacted]' });
  expect(asList).toEqual([name, 30, '[redacted]']);
});

test('a hash needs its key', () => {
  const hashOf = (key: string, value: unknown) => createRedact({ remove: [], hash: ['x'], salt: key }, TABLE)?.(value);
  expect(hashOf(salt, 'Ann')).toBe(hashOf(salt, 'Ann'));
  expect(hashOf(salt, 'Ann')).not.toBe(hashOf('another', 'Ann'));
  expect(hashOf(salt, 'Ann')).not.toBe(hashOf(salt, 'Bob'));
});

test('what cannot be told apart is left out as a whole', () => {
  const redact = createRedact({ remove: ['income'], hash: [], salt }, TABLE);
  expect(redact?.(['Ann', 30])).toBe('[redacted]');
  const media = createRedact({ remove: ['text'], hash: [], salt }, { columns: [], single: 'text' });
  expect([media?.('a secret'), media?.({ text: 'a secret' })]).toEqual(['[redacted]', { text: '[redacted]' }]);
  const several = createRedact({ remove: ['a'], hash: [], salt }, { columns: [], single: undefined });
  expect(several?.([1, 2])).toBe('[redacted]');
});

test('without fields there is nothing to do', () => {
  expect(createRedact({ remove: [], hash: [], salt }, TABLE)).toBeUndefined();
});

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
