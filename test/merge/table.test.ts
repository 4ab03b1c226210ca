import type { FileState, SpecialState, YoursState } from '../../generators/merge/states.ts';
import { type Decision, decide, decideOwned } from '../../generators/merge/table.ts';

const file = (sha256: string, mode: 0o644 | 0o755 = 0o644): FileState => ({
  kind: 'file',
  sha256,
  mode,
  bytes: () => null,
});
const link: SpecialState = { kind: 'symlink' };
type Row = [base: FileState | null, yours: YoursState, theirs: FileState | null, Decision];

const [b, y, t] = [file('b'), file('y'), file('t')];

describe('decide', () => {
  it.each<Row>([
    [null, null, t, 'add'],
    [null, y, null, 'foreign'],
    [null, link, null, 'foreign'],
    [null, t, t, 'adopt'],
    [null, y, t, 'conflict-both-added'],
    [null, link, t, 'conflict-in-the-way'],
    [b, null, null, 'forget'],
    [b, null, b, 'stay-deleted'],
    [b, null, t, 'stay-deleted-changed'],
    [b, b, null, 'delete'],
    [b, b, b, 'keep'],
    [b, b, t, 'update'],
    [b, y, null, 'keep-removed'],
    [b, y, b, 'keep-edit'],
    [b, y, t, 'merge'],
    [b, t, t, 'adopt'],
    [b, link, null, 'keep-removed'],
    [b, link, b, 'keep-edit'],
    [b, link, t, 'conflict-in-the-way'],
    // The mode alone is a change like any other.
    [b, file('b', 0o755), b, 'keep-edit'],
    [b, b, file('b', 0o755), 'update'],
    [b, file('b', 0o755), file('b', 0o755), 'adopt'],
    [b, file('b', 0o755), t, 'merge'],
    [b, file('b', 0o755), null, 'keep-removed'],
  ])('a file of the template: base %j, yours %j, theirs %j: %s', (base, yours, theirs, decision) => {
    expect(decide({ base, yours, theirs }, false)).toBe(decision);
  });

  it.each<Row>([
    [null, null, t, 'add'],
    [null, y, null, 'foreign'],
    [null, y, t, 'keep-owned'],
    [null, link, t, 'keep-owned'],
    [null, t, t, 'adopt'],
    [b, null, null, 'forget'],
    [b, null, b, 'stay-deleted'],
    [b, null, t, 'keep-owned'],
    [b, b, null, 'keep-owned-removed'],
    [b, b, b, 'keep-edit'],
    [b, b, t, 'keep-owned'],
    [b, y, null, 'keep-owned-removed'],
    [b, y, b, 'keep-edit'],
    [b, y, t, 'keep-owned'],
    [b, t, t, 'adopt'],
    [b, link, t, 'keep-owned'],
  ])('a file that the team owns: base %j, yours %j, theirs %j: %s', (base, yours, theirs, decision) => {
    expect(decideOwned({ base, yours, theirs })).toBe(decision);
  });

  it.each<Row>([
    [null, null, t, 'add'],
    [null, y, t, 'keep-edit'],
    [null, link, t, 'keep-edit'],
    [null, t, t, 'keep-edit'],
    [null, y, null, 'foreign'],
    [b, null, null, 'forget'],
    [b, null, t, 'stay-deleted'],
    [b, b, null, 'keep-edit'],
    [b, b, t, 'keep-edit'],
    [b, y, t, 'keep-edit'],
    [b, y, null, 'keep-edit'],
    [b, t, t, 'keep-edit'],
    [b, link, t, 'keep-edit'],
  ])('a seeded file: base %j, yours %j, theirs %j: %s', (base, yours, theirs, decision) => {
    expect(decide({ base, yours, theirs }, true)).toBe(decision);
  });

  it('has no combination that can be and is called impossible', () => {
    for (const base of [null, b]) {
      for (const yours of [null, b, y, t, link]) {
        for (const theirs of [null, b, t]) {
          const cannotBe = base === null && yours === null && theirs === null;
          if (cannotBe) continue;
          for (const seeded of [true, false]) expect(decide({ base, yours, theirs }, seeded)).not.toBe('impossible');
        }
      }
    }
  });
});
