import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { mergeText, mergeTextWithoutBase } from '../../generators/merge/text-merge.ts';
import { folderWith } from '../support/folder.ts';

const labels = { yours: 'yours', base: 'template 1.0.0', theirs: 'template 2.0.0' };
const merge = (base: string, yours: string, theirs: string) => mergeText(base, yours, theirs, labels);

describe('mergeText', () => {
  it('takes both sides where they touch different lines', () => {
    expect(merge('a\nb\nc\nd\n', 'A\nb\nc\nd\n', 'a\nb\nc\nD\n')).toEqual({ text: 'A\nb\nc\nD\n', conflicts: 0 });
  });

  it('marks what both changed differently, with the base between', () => {
    expect(merge('a\nb\nc\n', 'a\nmine\nc\n', 'a\nits\nc\n')).toEqual({
      text: 'a\n<<<<<<< yours\nmine\n||||||| template 1.0.0\nb\n=======\nits\n>>>>>>> template 2.0.0\nc\n',
      conflicts: 1,
    });
  });

  it('takes an equal change of both once', () => {
    expect(merge('a\nb\n', 'a\nx\n', 'a\nx\n')).toEqual({ text: 'a\nx\n', conflicts: 0 });
  });

  it.each([
    ['the person has Windows line ends', 'a\nb\nc\n', 'a\r\nb\r\nc\r\n', 'a\nb\nC\nd\n', 'a\r\nb\r\nC\r\nd\r\n'],
    ['one line of the person has another end', 'a\nb\nc\n', 'a\nb\r\nc\n', 'A\nb\nc\n', 'A\nb\r\nc\n'],
    ['the template goes to Windows line ends', 'a\nb\n', 'a\nb\n', 'a\r\nB\r\n', 'a\nB\r\n'],
    ['the person added a byte order mark', 'a\nb\n', '\ufeffa\nb\n', 'a\nB\n', '\ufeffa\nB\n'],
    ['the template dropped its byte order mark', '\ufeffa\nb\n', '\ufeffa\nmine\n', 'a\nb\n', 'a\nmine\n'],
    ['the person took the last line break', 'a\nb', 'a\nb', 'A\nb\n', 'A\nb\n'],
    ['the template has no last line break', 'a\nb\n', 'A\nb\n', 'a\nb', 'A\nb'],
    ['the file was empty', '', 'mine\n', '', 'mine\n'],
    ['the person emptied it', 'a\n', '', 'a\n', ''],
    ['a lone carriage return is part of a line', 'a\rb\nc\n', 'a\rB\nc\n', 'a\rb\nC\nx\n', null],
  ])('%s', (_, base, yours, theirs, expected) => {
    const merged = merge(base, yours, theirs);
    if (expected === null) expect(merged.conflicts).toBe(1);
    else expect(merged).toEqual({ text: expected, conflicts: 0 });
  });

  it('keeps the end of a file without a last line break when the conflict is above it', () => {
    expect(merge('a\n\n\nb', 'x\n\n\nb', 'y\n\n\nb').text).toMatch(/b$/);
  });

  it.each([
    ['equal lines', 'same\n'.repeat(20_000)],
    ['lines of which half are empty', Array.from({ length: 10_000 }, (_, i) => (i % 2 ? '\n' : `l${i}\n`)).join('')],
  ])('does not drown in a long file of %s', (_, many) => {
    const merged = merge(many, `${many}mine\n`, `its\n${many}`);
    expect(merged).toEqual({ text: `its\n${many}mine\n`, conflicts: 0 });
  });

  it('takes sides that share next to nothing for one conflict, at once', () => {
    const text = (name: string) => Array.from({ length: 20_000 }, (_, i) => `${name} ${i}\n`).join('');
    const merged = merge(text('base'), text('mine'), text('its'));
    expect(merged.conflicts).toBe(1);
    expect(merged.text).toContain(text('mine'));
  });
});

describe('mergeTextWithoutBase', () => {
  it('keeps what both share and marks each difference', () => {
    expect(mergeTextWithoutBase('a\nmine\nc\n', 'a\nits\nc\n', labels)).toEqual({
      text: 'a\n<<<<<<< yours\nmine\n=======\nits\n>>>>>>> template 2.0.0\nc\n',
      conflicts: 1,
    });
  });
});

describe('against git merge-file', () => {
  const root = folderWith({ base: '', yours: '', theirs: '' });

  function git(base: string, yours: string, theirs: string): { text: string; conflicts: number } {
    writeFileSync(join(root, 'base'), base);
    writeFileSync(join(root, 'yours'), yours);
    writeFileSync(join(root, 'theirs'), theirs);
    const names = ['-L', labels.yours, '-L', labels.base, '-L', labels.theirs];
    const args = ['merge-file', '-p', '--diff3', ...names, 'yours', 'base', 'theirs'];
    const { stdout, status } = spawnSync('git', args, { cwd: root, encoding: 'utf8' });
    return { text: stdout, conflicts: status ?? -1 };
  }

  /** Lines that differ from each other have one longest common part: two right merges cannot disagree about it. */
  const distinct = Array.from({ length: 12 }, (_, index) => `line ${index}`);
  const edit = fc.record({
    at: fc.nat(11),
    remove: fc.nat(2),
    insert: fc.array(fc.stringMatching(/^[a-z]{3,6}$/), { maxLength: 2 }),
  });
  const edited = fc.array(edit, { maxLength: 3 }).map((edits) => {
    const lines = [...distinct];
    for (const { at, remove, insert } of edits) lines.splice(at, remove, ...insert);
    return lines;
  });
  const toText = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');

  it('gives the same bytes, conflicts and markers included, where lines are distinct', () => {
    fc.assert(
      fc.property(edited, edited, (yours, theirs) => {
        const sides = [toText(distinct), toText(yours), toText(theirs)] as const;
        expect(merge(...sides)).toEqual(git(...sides));
      }),
      { numRuns: 150 },
    );
  });

  it('applies the same changes where both merge cleanly, even among repeated lines', () => {
    const line = fc.constantFrom('a', 'b', '', '}', 'x');
    const text = fc.array(line, { maxLength: 10 }).map(toText);
    fc.assert(
      fc.property(text, text, text, (base, yours, theirs) => {
        const ours = merge(base, yours, theirs);
        const its = git(base, yours, theirs);
        if (ours.conflicts === 0 && its.conflicts === 0 && ours.text !== its.text) {
          // Both are right when repeated lines can be paired in more than one way; the changes applied are as many.
          expect(ours.text.split('\n').sort()).toEqual(its.text.split('\n').sort());
        }
      }),
      { numRuns: 100 },
    );
  });
});
