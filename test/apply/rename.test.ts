import { renameWithPatience } from '../../generators/apply/rename.ts';

/** A rename that fails a number of times before it succeeds. */
function held(times: number, code: string) {
  let calls = 0;
  const renameSync = () => {
    calls++;
    if (calls <= times) throw Object.assign(new Error(code), { code });
  };
  return { fs: { renameSync }, calls: () => calls };
}

test('what is held for a moment is tried again, where that happens', () => {
  const { fs, calls } = held(2, 'EPERM');
  renameWithPatience('a', 'b', fs, true);
  expect(calls()).toBe(3);
});

test('other errors, and other systems, are told at once', () => {
  for (const [code, patient] of [
    ['ENOTEMPTY', true],
    ['EPERM', false],
  ] as const) {
    const { fs, calls } = held(1, code);
    expect(() => renameWithPatience('a', 'b', fs, patient)).toThrow(code);
    expect(calls()).toBe(1);
  }
});

test('patience ends', () => {
  const { fs, calls } = held(Number.POSITIVE_INFINITY, 'EBUSY');
  expect(() => renameWithPatience('a', 'b', fs, true)).toThrow('EBUSY');
  expect(calls()).toBe(10);
});
