import { sameFile, type Triple } from './states.ts';

/**
 * The decision table of an upgrade. Rows are what the person has (`yours`), columns what the new template has (`theirs`);
 * one table where the last template had the file (`base`), one where it had not. docs/UPDATING.md explains each cell.
 */
export type Decision =
  | 'add' // write the template's new file
  | 'foreign' // the person's own file, none of the template's business
  | 'adopt' // both sides hold the same already
  | 'conflict-both-added'
  | 'conflict-in-the-way' // something that is no file, or cannot be beside the new file, stands there
  | 'keep' // nothing to do
  | 'keep-edit' // only the person changed it
  | 'update' // only the template changed it
  | 'delete' // removed by the template, untouched by the person
  | 'keep-removed' // removed by the template, edited by the person
  | 'keep-needed' // removed by the template, untouched by the person, and imported by code of the person's
  | 'merge'
  | 'stay-deleted'
  | 'stay-deleted-changed' // removed by the person, changed by the template
  | 'keep-owned' // the team owns it, changed by the template
  | 'keep-owned-removed' // the team owns it, removed by the template
  | 'forget' // gone on both sides
  | 'impossible';

type Theirs = 'absent' | 'same' | 'changed';
type Yours = 'absent' | 'same' | 'agrees' | 'changed' | 'special';
type Table = Readonly<Record<Yours, Readonly<Record<Theirs, Decision>>>>;

export const withBase: Table = {
  absent: { absent: 'forget', same: 'stay-deleted', changed: 'stay-deleted-changed' },
  same: { absent: 'delete', same: 'keep', changed: 'update' },
  agrees: { absent: 'impossible', same: 'impossible', changed: 'adopt' },
  changed: { absent: 'keep-removed', same: 'keep-edit', changed: 'merge' },
  special: { absent: 'keep-removed', same: 'keep-edit', changed: 'conflict-in-the-way' },
};

export const withoutBase: Table = {
  absent: { absent: 'impossible', same: 'impossible', changed: 'add' },
  same: { absent: 'impossible', same: 'impossible', changed: 'impossible' },
  agrees: { absent: 'impossible', same: 'impossible', changed: 'adopt' },
  changed: { absent: 'foreign', same: 'impossible', changed: 'conflict-both-added' },
  special: { absent: 'foreign', same: 'impossible', changed: 'conflict-in-the-way' },
};

type SeededTable = Readonly<Record<'absent' | 'there', Readonly<Record<Theirs, Decision>>>>;

/** A seeded file is written once. From then on it is the team's, whatever the template does with it. */
export const seeded: SeededTable = {
  absent: { absent: 'forget', same: 'stay-deleted', changed: 'stay-deleted' },
  there: { absent: 'keep-edit', same: 'keep-edit', changed: 'keep-edit' },
};

/** A file that the new template seeds is written only where nothing stands yet. */
export const seededWithoutBase: SeededTable = {
  absent: { absent: 'impossible', same: 'impossible', changed: 'add' },
  there: { absent: 'foreign', same: 'impossible', changed: 'keep-edit' },
};

type OwnedTable = Readonly<Record<'absent' | 'agrees' | 'there', Readonly<Record<Theirs, Decision>>>>;

/** A file that the team has taken over stays as it is; what the template changes in it is reported. */
export const owned: OwnedTable = {
  absent: { absent: 'forget', same: 'stay-deleted', changed: 'keep-owned' },
  agrees: { absent: 'impossible', same: 'impossible', changed: 'adopt' },
  there: { absent: 'keep-owned-removed', same: 'keep-edit', changed: 'keep-owned' },
};

/** A file that is new in the template, at the place of one that the team owns. */
export const ownedWithoutBase: OwnedTable = {
  absent: { absent: 'impossible', same: 'impossible', changed: 'add' },
  agrees: { absent: 'impossible', same: 'impossible', changed: 'adopt' },
  there: { absent: 'foreign', same: 'impossible', changed: 'keep-owned' },
};

/** Looks up what is to happen with a path that the team owns. */
export function decideOwned(triple: Triple): Decision {
  const yours = yoursOf(triple);
  const row = yours === 'absent' || yours === 'agrees' ? yours : 'there';
  return (triple.base === null ? ownedWithoutBase : owned)[row][theirsOf(triple)];
}

function yoursOf({ base, yours, theirs }: Triple): Yours {
  if (yours === null) return 'absent';
  if (yours.kind !== 'file') return 'special';
  if (base !== null && sameFile(yours, base)) return 'same';
  return theirs !== null && sameFile(yours, theirs) ? 'agrees' : 'changed';
}

function theirsOf({ base, theirs }: Triple): Theirs {
  if (theirs === null) return 'absent';
  return base !== null && sameFile(theirs, base) ? 'same' : 'changed';
}

/** Looks up what is to happen with a path. */
export function decide(triple: Triple, isSeeded: boolean): Decision {
  const isNew = triple.base === null;
  // What a seeded file holds is never asked: it may be a model of a gigabyte.
  if (isSeeded)
    return (isNew ? seededWithoutBase : seeded)[triple.yours === null ? 'absent' : 'there'][theirsOf(triple)];
  return (isNew ? withoutBase : withBase)[yoursOf(triple)][theirsOf(triple)];
}
