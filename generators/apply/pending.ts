import { ServingError } from '../errors.ts';
import type { Disk } from './disk.ts';
import { removeTree } from './folders.ts';
import { type Journal, readJournal } from './journal.ts';
import type { Layout } from './layout.ts';
import { layoutOf } from './layout.ts';
import { nodeDisk } from './node-disk.ts';

/**
 * What an earlier run left behind: `half` it was interrupted while it changed files, `undoing` while it put them back;
 * `held` it is complete and waits for a word; `done` only its tidying up is missing.
 */
export interface Pending {
  readonly state: 'half' | 'undoing' | 'held' | 'done';
  readonly journal: Journal;
}

/** Reads what is pending, inside the lock or just to tell. A transaction without a journal has touched nothing. */
export function readPending(disk: Disk, layout: Layout): Pending | null {
  if (disk.entry(layout.local)?.kind !== 'folder' || disk.entry(layout.journal) === null) return null;
  const journal = readJournal(disk, layout);
  if (disk.entry(layout.aborting) !== null) return { state: 'undoing', journal };
  if (disk.entry(layout.applied) === null) return { state: 'half', journal };
  return { state: journal.hold ? 'held' : 'done', journal };
}

/** What an earlier run left behind in the repository at `root`, or null. */
export function pendingApply(root: string, disk: Disk = nodeDisk): Pending | null {
  return readPending(disk, layoutOf(root));
}

/** Makes way for a new transaction, or says why there is none. */
export function makeWay(disk: Disk, layout: Layout): void {
  const pending = readPending(disk, layout);
  if (pending?.state === 'done') closeTransaction(disk, layout);
  else if (pending !== null) {
    const what = pending.state === 'held' ? 'waits to be finished or undone' : 'was interrupted';
    throw new ServingError('PENDING', `An earlier run in ${layout.root} ${what}.`);
  }
  removeTree(disk, layout.transaction);
}

/** Ends a complete transaction; its old contents stay as the backup until the next one ends. */
export function closeTransaction(disk: Disk, layout: Layout): void {
  removeTree(disk, layout.backup);
  disk.rename(layout.transaction, layout.backup);
}

/** From here on the transaction means nothing, whatever of it is left. */
export function dropJournal(disk: Disk, layout: Layout): void {
  if (disk.entry(layout.journal) !== null) disk.unlink(layout.journal);
}
