import { ServingError } from '../errors.ts';
import type { Change } from './change.ts';
import type { Disk } from './disk.ts';
import { removeTree } from './folders.ts';
import { forward } from './forward.ts';
import { type Journal, writeJournal } from './journal.ts';
import { type Layout, layoutOf } from './layout.ts';
import { withLock } from './lock.ts';
import { nodeDisk } from './node-disk.ts';
import { dropOverwritten, keepOverwritten } from './overwritten.ts';
import { closeTransaction, dropJournal, makeWay, type Pending, readPending } from './pending.ts';
import { preflight } from './preflight.ts';
import { quietly } from './quietly.ts';
import { refuseBlockedWay, rollback } from './rollback.ts';
import { stage } from './stage.ts';
import { stopped } from './stopped.ts';
import { fromSystem } from './system-error.ts';

export interface ApplyOptions {
  /** Keep the way back open until `finishApply` or `abortApply`. */
  readonly hold?: boolean;
  /** Files by name that are kept in the transaction for as long as it is open. */
  readonly notes?: ReadonlyMap<string, Uint8Array>;
  /** Paths of which a copy is kept for good, in a folder of this run's own. */
  readonly keep?: ReadonlySet<string>;
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

/** While the transaction stays open, an error says what stands and what can still be done; `state` is what it is in. */
function orStopped<T>(disk: Disk, layout: Layout, state: Pending['state'], work: () => T, before: unknown[] = []): T {
  try {
    return work();
  } catch (error) {
    throw stopped(disk, layout, state, [...before, error]);
  }
}

/** Until the journal stands nothing is pending, and what was laid out can be thrown away. */
function stageOrDiscard(disk: Disk, layout: Layout, journal: Journal, work: () => void): void {
  try {
    work();
  } catch (error) {
    quietly(() => removeTree(disk, layout.transaction));
    throw error;
  }
  try {
    writeJournal(disk, layout, journal);
  } catch (error) {
    orStopped(disk, layout, 'half', () => dropJournal(disk, layout), [error]);
    quietly(() => removeTree(disk, layout.transaction));
    throw error;
  }
}

function forwardOrBack(disk: Disk, layout: Layout, journal: Journal): void {
  try {
    forward(disk, layout, journal);
  } catch (cause) {
    undo(disk, layout, journal, [cause]);
    throw cause;
  }
}

function undo(disk: Disk, layout: Layout, journal: Journal, causes: unknown[]): string[] {
  const undone = () => {
    const rescued = rollback(disk, layout, journal);
    dropJournal(disk, layout);
    return rescued;
  };
  const rescued = orStopped(disk, layout, 'undoing', undone, causes);
  quietly(() => removeTree(disk, layout.transaction));
  return rescued;
}

function locked<T>(disk: Disk, root: string, work: (layout: Layout) => T): T {
  return translated(root, () => {
    const layout = openLayout(disk, root);
    return withLock(disk, layout, () => work(layout));
  });
}

/**
 * Brings a set of changes to disk, whole or not at all.
 * @returns the folder, relative to the root, with the copies that were asked for; undefined where there are none
 */
export function applyChanges(root: string, changes: readonly Change[], options: ApplyOptions = {}): string | undefined {
  const { disk = nodeDisk, hold = false, notes = new Map(), keep = new Set() } = options;
  return locked(disk, root, (layout) => {
    makeWay(disk, layout);
    const journal = preflight(disk, layout, changes, { hold, keep });
    if (journal.steps.length === 0) return undefined;
    const kept = keepOverwritten(disk, layout, journal, keep);
    try {
      stageOrDiscard(disk, layout, journal, () => stage(disk, layout, journal, changes, notes));
      forwardOrBack(disk, layout, journal);
    } catch (error) {
      quietly(() => {
        if (kept !== undefined && readPending(disk, layout) === null) dropOverwritten(disk, layout, kept);
      });
      throw error;
    }
    if (!hold) quietly(() => closeTransaction(disk, layout));
    return kept;
  });
}

/** Does what is left of an interrupted run. A run that is complete and held stays held. */
export function continueApply(root: string, disk: Disk = nodeDisk): void {
  locked(disk, root, (layout) => {
    const pending = readPending(disk, layout);
    if (pending === null) throw new ServingError('NOTHING_PENDING', `No run is pending in ${root}.`);
    const { state, journal } = pending;
    if (state === 'undoing') {
      throw new ServingError('PENDING', `Undoing was begun in ${root} and can only be finished.`, {
        hint: 'Run create-ml-serving regenerate --abort.',
      });
    }
    if (state === 'half') orStopped(disk, layout, state, () => forward(disk, layout, journal));
    if (!journal.hold) quietly(() => closeTransaction(disk, layout));
  });
}

/** Puts everything back as it was before the pending run. Returns the paths whose later edits were kept aside. */
export function abortApply(root: string, disk: Disk = nodeDisk): string[] {
  return locked(disk, root, (layout) => undo(disk, layout, openWayBack(disk, layout, root), []));
}

/**
 * What `abortApply` would refuse, before anything else is undone beside it.
 * @throws CHANGED_ON_DISK where something stands in the way, NOTHING_PENDING
 */
export function checkAbort(root: string, disk: Disk = nodeDisk): void {
  locked(disk, root, (layout) => openWayBack(disk, layout, root));
}

function openWayBack(disk: Disk, layout: Layout, root: string): Journal {
  const pending = readPending(disk, layout);
  if (pending === null) throw new ServingError('NOTHING_PENDING', `No run is pending in ${root}.`);
  refuseBlockedWay(disk, layout, pending.journal);
  return pending.journal;
}

/** Closes a held run: its changes stay, what was there before becomes the backup. */
export function finishApply(root: string, disk: Disk = nodeDisk): void {
  locked(disk, root, (layout) => {
    const state = readPending(disk, layout)?.state;
    if (state !== 'held' && state !== 'done') {
      throw new ServingError('NOTHING_PENDING', `No complete run is pending in ${root}.`);
    }
    orStopped(disk, layout, state, () => closeTransaction(disk, layout));
  });
}
