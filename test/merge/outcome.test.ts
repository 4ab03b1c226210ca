import { sha256 } from '../../generators/hash.ts';
import { type PathCase, resolvePath } from '../../generators/merge/outcome.ts';
import type { FileState } from '../../generators/merge/states.ts';

const labels = { yours: 'yours', base: 'template 1.0.0', theirs: 'template 2.0.0' };

function file(contents: string | Uint8Array, mode: 0o644 | 0o755 = 0o644): FileState {
  const bytes = Buffer.from(contents as string);
  return { kind: 'file', sha256: sha256(bytes), mode, bytes: () => bytes };
}

function resolve(given: Partial<PathCase>) {
  const outcome = resolvePath(
    { path: 'file.ts', from: null, owner: 'merged', base: null, yours: null, theirs: null, ...given },
    labels,
  );
  return { ...outcome, text: outcome.write && Buffer.from(outcome.write.bytes).toString('latin1') };
}

const three = 'one\ntwo\nthree\n';

describe('resolvePath', () => {
  it('carries an edit along when the template moves the file', () => {
    const outcome = resolve({
      from: 'old.ts',
      base: file(three),
      yours: file(three.replace('one', 'mine')),
      theirs: file(three.replace('three', 'its')),
    });
    expect(outcome).toMatchObject({ text: 'mine\ntwo\nits\n', remove: ['old.ts'], conflict: null });
  });

  it('moves a file that neither side changed, and one that only the person changed', () => {
    for (const yours of [file(three), file('mine')]) {
      const outcome = resolve({ from: 'old.ts', base: file(three), yours, theirs: file(three) });
      expect(outcome).toMatchObject({ remove: ['old.ts'], write: { bytes: yours.bytes() } });
    }
  });

  it('does not bring back a moved file that the person has deleted', () => {
    const outcome = resolve({ from: 'old.ts', base: file(three), theirs: file('new') });
    expect(outcome).toMatchObject({ decision: 'stay-deleted-changed', write: null, remove: [] });
  });

  it('moves a seeded file as it is', () => {
    const outcome = resolve({ from: 'old.ts', owner: 'seeded', base: file('a'), yours: file('b'), theirs: file('c') });
    expect(outcome).toMatchObject({ text: 'b', remove: ['old.ts'] });
  });

  it('merges mode and contents apart', () => {
    expect(resolve({ base: file(three), yours: file(three, 0o755), theirs: file('new') }).write?.mode).toBe(0o755);
    expect(resolve({ base: file(three), yours: file('mine'), theirs: file(three, 0o755) })).toMatchObject({
      text: 'mine',
      write: { mode: 0o755 },
    });
    expect(resolve({ base: file(three, 0o755), yours: file('mine'), theirs: file('its', 0o755) }).write?.mode).toBe(
      0o644,
    );
  });

  it('keeps a binary that both changed and reports it', () => {
    const outcome = resolve({ base: file('\0a'), yours: file('\0b'), theirs: file('\0c') });
    expect(outcome).toMatchObject({ write: null, conflict: { reason: 'binary', markers: false } });
  });

  it('treats text in another encoding as binary', () => {
    const yours = file(Buffer.from('na\xefve\ntwo\n', 'latin1'));
    const outcome = resolve({ base: file('naive\ntwo\n'), yours, theirs: file('naive\nTWO\n') });
    expect(outcome).toMatchObject({ write: null, conflict: { reason: 'binary' } });
  });

  it('puts no markers into a file that holds some already', () => {
    const yours = file('<<<<<<< HEAD\na\n=======\nb\n>>>>>>> topic\n');
    const outcome = resolve({ base: file('x\n'), yours, theirs: file('y\n') });
    expect(outcome).toMatchObject({ write: null, conflict: { reason: 'holds-markers', markers: false } });
  });

  it('still merges a file that holds markers where the changes do not meet', () => {
    const old = '<<<<<<< HEAD\na\n=======\nb\n>>>>>>> topic\n\n\nend\n';
    const outcome = resolve({ base: file(old), yours: file(`mine\n${old}`), theirs: file(`${old}its\n`) });
    expect(outcome).toMatchObject({ text: `mine\n${old}its\n`, conflict: null });
  });

  it('keeps both contents where both added a file', () => {
    expect(resolve({ yours: file('mine\n'), theirs: file('its\n') })).toMatchObject({
      text: '<<<<<<< yours\nmine\n=======\nits\n>>>>>>> template 2.0.0\n',
      conflict: { reason: 'both-added', markers: true },
    });
    expect(resolve({ path: 'a.json', yours: file('{"a":1}'), theirs: file('{"a":2}') })).toMatchObject({
      write: null,
      conflict: { reason: 'both-added', markers: false },
    });
  });

  it('takes an unknown base for no base', () => {
    const base: FileState = { ...file(three), bytes: () => null };
    const outcome = resolve({ base, yours: file('mine\n'), theirs: file('its\n') });
    expect(outcome.conflict).toMatchObject({ reason: 'both-added', markers: true });
  });

  it('writes nothing where a merge comes to what stands there', () => {
    const outcome = resolve({ base: file('a\n'), yours: file('a\r\n'), theirs: file('a\n', 0o644) });
    expect(outcome).toMatchObject({ write: null, conflict: null });
  });

  it.each([
    ['empty became full on both sides', '', 'a\n', 'a\n', 'adopt'],
    ['the person emptied it, the template left it', 'a\n', '', 'a\n', 'keep-edit'],
    ['the template emptied it', 'a\n', 'a\n', '', 'update'],
  ])('%s', (_, base, yours, theirs, decision) => {
    expect(resolve({ base: file(base), yours: file(yours), theirs: file(theirs) }).decision).toBe(decision);
  });
});
