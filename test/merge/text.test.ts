import { isCheckoutOf } from '../../generators/merge/text.ts';

test('a checkout of Windows is the same text; everything else is not, however it would read', () => {
  const bytes = (text: string) => Buffer.from(text);
  expect(isCheckoutOf(bytes('a\r\nb\n'), bytes('a\nb\n'))).toBe(true);
  expect(isCheckoutOf(bytes('a\nb\n'), bytes('a\r\nb\n'))).toBe(false);
  expect(isCheckoutOf(bytes('a\n'), bytes('b\n'))).toBe(false);
  // Damaged bytes: both would read as the same mark of something unreadable.
  expect(isCheckoutOf(Buffer.from([0x1f, 0x80]), Buffer.from([0x1f, 0x81]))).toBe(false);
  expect(isCheckoutOf(null, bytes(''))).toBe(false);
  expect(isCheckoutOf(null, null)).toBe(false);
});
