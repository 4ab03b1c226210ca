import { ServingError } from '../errors.ts';
import type { Change } from './change.ts';
import type { Disk } from './disk.ts';
import { forward } from './forward.ts';
import type { Journal } from './journal.ts';
import { type Layout, layoutOf } from './layout.ts';
import { withLock } from './lock.ts';
import { nodeDisk } from './node-disk.ts';
import { closeTransaction, discardTransaction, makeWay, readPending } from './pending.ts';
import { preflight } from './preflight.ts';
import { rollback } from './rollback.ts';
import { stage } from './stage.ts';
import { fromSystem } from './system-error.ts';

export interface ApplyOptions {
  /** Keep the way back open until `finishApply` or `abortApply`. */
  readonly hold?: boolean;
  /** Files by name that are kept in the transaction for as long as it is open. */
  readonly notes?: ReadonlyMap<string, Uint8Array>;
  readonly disk?: Disk;
}

function translated<T>(root: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw fromSystem(cause, root);
  }
}

/** A symlinked record would carry the engine's own files, and its deletions, out of the repository. */
function openLayout(disk: Disk, root: string): Layout {
  const layout = layoutOf(root);
  if (disk.entry(root)?.kind !== 'folder') throw new ServingError('NOT_WRITABLE', `${root} is not a folder.`);
  for (const place of [layout.record, layout.local, layout.transaction, layout.backup, layout.rescued]) {
    const kind = disk.entry(place)?.kind ?? 'folder';
    if (kind !== 'folder') throw new ServingError('PATH_UNSAFE', `${place} is a ${kind}, not a folder.`);
  }
  if (!disk.writable(root)) throw new ServingError('NOT_WRITABLE', `The folder ${root} may not be written to.`);
  return layout;
}

/** Tidying up is not worth a failure: what stays is recognised as done and removed by the next run. */
function settle(disk: Disk, layout: Layout, journal: Journal): void {
  if (journal.hold) return;
  try {
    closeTransaction(disk, layout);
  } catch {}
}

function stageOrDiscard(disk: Disk, layout: Layout, work: () => void): void {
  try {
    work();
  } catch (error) {
    try {
      discardTransaction(disk, layout);
    } catch {
      // Without a journal it is discarded by the next run; with one that run says how to go on.
    }
    throw error;
  }
}

function forwardOrBack(disk: Disk, layout: Layout, journal: Journal): void {
  try {
    forward(disk, layout, journal);
  } catch (cause) {
    undo(disk, layout, journal, cause);
    throw cause;
  }
}

function undo(disk: Disk, layout: Layout, journal: Journal, cause: unknown): string[] {
  try {
    const rescued = rollback(disk, layout, journal);
    discardTransaction(disk, layout);
    return rescued;
  } catch (second) {
    const why = [cause, second].flatMap((error) => (error instanceof Error ? error.message.replace(/\.$/, '') : []));
    throw new ServingError('APPLY_HALF', `The change to ${layout.root} stopped half-way: ${why.join('; ')}.`, {
      cause,
    });
  }
}

function locked<T>(disk: Disk, root: string, work: (layout: Layout) => T): T {
  return translated(root, () => {
    const layout = openLayout(disk, root);
    return withLock(disk, layout, () => work(layout));
  });
}

/** Brings a set of changes to disk, whole or not at all. */
export function applyChanges(root: string, changes: readonly Change[], options: ApplyOptions = {}): void {
  const { disk = nodeDisk, hold = false, notes = new Map() } = options;
  locked(disk, root, (layout) => {
    makeWay(disk, layout);
    const journal = preflight(disk, layout, changes, hold);
    if (journal.steps.length === 0) return;
    stageOrDiscard(disk, layout, () => stage(disk, layout, journal, changes, notes));
    forwardOrBack(disk, layout, journal);
    settle(disk, layout, journal);
  });
}

/** Does what is left of an interrupted run. A run that is complete and held stays held. */
export function continueApply(root: string, disk: Disk = nodeDisk): void {
  locked(disk, root, (layout) => {
    const pending = readPending(disk, layout);
    if (pending === null) throw new ServingError('NOTHING_PENDING', `No run is pending in ${root}.`);
    if (pending.state === 'undoing') {
      throw new ServingError('PENDING', `Undoing was begun in ${root} and can only be finished.`, {
        hint: 'Run create-ml-serving regenerate --abort.',
      });
    }
    if (pending.state === 'half') forward(disk, layout, pending.journal);
    settle(disk, layout, pending.journal);
  });
}

/** Puts everything back as it was before the pending run. Returns the paths whose later edits were kept aside. */
export function abortApply(root: string, disk: Disk = nodeDisk): string[] {
  return locked(disk, root, (layout) => {
    const pending = readPending(disk, layout);
    if (pending === null) throw new ServingError('NOTHING_PENDING', `No run is pending in ${root}.`);
    return undo(disk, layout, pending.journal, null);
  });
}

/** Closes a held run: its changes stay, what was there before becomes the backup. */
export function finishApply(root: string, disk: Disk = nodeDisk): void {
  locked(disk, root, (layout) => {
    const pending = readPending(disk, layout);
    if (pending?.state !== 'held' && pending?.state !== 'done') {
      throw new ServingError('NOTHING_PENDING', `No complete run is pending in ${root}.`);
    }
    closeTransaction(disk, layout);
  });
}
