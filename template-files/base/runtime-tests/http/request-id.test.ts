import { requestId } from '../../runtime/http/request-id.ts';

test('new ids are of this process, each is another, and they show their order', () => {
  const ids = Array.from({ length: 12_345 }, () => requestId(undefined));
  expect(new Set(ids).size).toBe(ids.length);
  const parts = ids.map((id) => /^([A-Za-z0-9_-]{12}-)(\d{4,})$/.exec(id));
  expect(new Set(parts.map((part) => part?.[1])).size).toBe(1);
  const numbers = parts.map((part) => Number(part?.[2]));
  expect(numbers).toEqual(numbers.map((_, i) => (numbers[0] ?? 0) + i));
});

test.each(['one', 'A-1._~:+/=@', 'x'.repeat(128)])('%s is kept', (id) => {
  expect(requestId(id)).toBe(id);
});

test.each(['', 'a b', 'a"', 'ä', 'x'.repeat(129), 'a\n', undefined, ['a', 'b']])('%j is replaced', (header) => {
  expect(requestId(header)).toMatch(/^[A-Za-z0-9_-]{12}-\d{4,}$/);
});
