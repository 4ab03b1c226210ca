import { findingsOf, parseFailOn } from '../../generators/regenerate/findings.ts';
import { keptChange } from '../../generators/regenerate/ownership/kept.ts';
import { isMeant, ownershipRequest, requestedOwner } from '../../generators/regenerate/ownership/request.ts';
import { keptText } from '../../generators/regenerate/ownership/text.ts';

describe('paths of --own and --disown', () => {
  const read = (...own: string[]) => ownershipRequest('/srv/app', own, []).own;

  it('are those of the repository, in any spelling', () => {
    expect(read('./src/app.ts', 'src//lib/', 'src\\app.ts', 'src/../docs', '/srv/app/docs')).toEqual([
      'src/app.ts',
      'src/lib',
      'src/app.ts',
      'docs',
      'docs',
    ]);
  });

  it.each(['../other', 'src/../../x', '/etc/passwd', '/srv/application/x'])('%s is outside', (path) => {
    expect(() => read(path)).toThrow(expect.objectContaining({ code: 'PATH_OUTSIDE' }));
  });

  it.each(['', '.', './', '/srv/app'])('%j names no file or folder', (path) => {
    expect(() => read(path)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });

  it('of both at once contradict each other', () => {
    expect(() => ownershipRequest('/srv/app', ['src/'], ['./src'])).toThrow(/same path: src/);
  });
});

test('a folder means all in it, the more specific path counts, and a lock file goes with its package.json', () => {
  expect(isMeant('src', ['src/app.ts'])).toBe(true);
  expect(isMeant('src/app', ['src/app.ts'])).toBe(false);
  expect(isMeant('package.json', ['package-lock.json'])).toBe(true);
  expect(isMeant('package.json', ['docs/package.json'])).toBe(false);
  const request = { own: ['src'], disown: ['src/lib'] };
  expect(['src/a.ts', 'src/lib/a.ts', 'docs/a.md'].map((path) => requestedOwner(request, [path]))).toEqual([
    true,
    false,
    null,
  ]);
});

describe('what the template has changed in an owned file', () => {
  const file = (text: string | Uint8Array, mode: 0o644 | 0o755 = 0o644) => {
    const bytes = Buffer.from(text);
    return { kind: 'file', sha256: String(text), mode, bytes: () => bytes } as const;
  };

  it.each([
    ['a\nb\nc\n', 'a\nB\nc\n', 1],
    ['a\nb\nc\n', 'a\nc\n', 1],
    ['a\n', 'a\nb\nc\n', 2],
    ['a\nb\nc\nd\n', 'x\ny\nz\nc\n', 4],
  ])('%j to %j is %i lines', (was, is, lines) => {
    const change = keptChange(file(was), file(is));
    expect(change.lines).toBe(lines);
    expect(keptText(change)).toContain(lines === 1 ? 'changed 1 line;' : `changed ${lines} lines;`);
  });

  it('is said without a number where no lines can be counted', () => {
    expect(keptText(keptChange(file('a\n'), file(Uint8Array.of(0, 255))))).toMatch(/the template has changed it$/);
    expect(keptText(keptChange(file('a\n'), file('a\n', 0o755)))).toMatch(/changed its mode$/);
    expect(keptText(keptChange(null, file('a\n')))).toMatch(/has a file there too/);
  });
});

describe('findings', () => {
  const none = { from: '1.0.0', to: '1.0.0', brings: false, problems: [], drift: [], departures: [] };

  it.each([
    [{}, []],
    [{ brings: true }, ['update']],
    [{ from: '0.9.0', brings: true }, ['update']],
    [{ problems: ['damaged'] }, ['update']],
    [{ drift: ['a'] }, ['drift']],
    [{ brings: true, drift: ['a'] }, ['update', 'drift']],
    // What is brought is what the policy says.
    [{ brings: true, departures: [{}] }, ['policy']],
    [{ from: '0.9.0', brings: true, drift: ['a'], departures: [{}] }, ['update', 'drift', 'policy']],
  ])('%j: %j', (part, found) => {
    expect(findingsOf({ ...none, ...part })).toEqual(found);
  });

  it('are named by --fail-on', () => {
    expect(parseFailOn('policy, drift')).toEqual(['drift', 'policy']);
    expect(parseFailOn('update,update')).toEqual(['update']);
    expect(() => parseFailOn('drifts,update')).toThrow(/not "drifts"/);
    expect(() => parseFailOn('')).toThrow(/not ""/);
  });
});
