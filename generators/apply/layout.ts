import { join } from 'node:path';
import { RECORD_FOLDER } from '../project/manifest.ts';

/** What belongs to this machine only and never enters Git: the lock, the running transaction, the last backup. */
export const LOCAL_FOLDER = `${RECORD_FOLDER}/local`;

/** Where copies of overwritten files are kept under their own paths, a folder a run; relative to the repository. */
export const OVERWRITTEN_FOLDER = `${LOCAL_FOLDER}/overwritten`;

/** Absolute places of one repository's local files. */
export interface Layout {
  readonly root: string;
  readonly record: string;
  readonly local: string;
  readonly ignoreFile: string;
  readonly lock: string;
  /** The running transaction. It is harmless until its journal exists. */
  readonly transaction: string;
  readonly journal: string;
  /** Contents to be put in place, by the number of the step. */
  readonly incoming: string;
  /** Contents that stood there before, by the number of the step. */
  readonly outgoing: string;
  /** Present once every step is done. */
  readonly applied: string;
  /** Present once undoing has begun: from then on the only way is back. */
  readonly aborting: string;
  /** The last finished transaction: what its files held before. */
  readonly backup: string;
  /** Edits made after an interrupted run and before it was undone. */
  readonly rescued: string;
  /** Copies of files that a run has replaced, by the number of the run. */
  readonly overwritten: string;
}

/** Where the engine keeps its own files in the repository at `root`. */
export function layoutOf(root: string): Layout {
  const local = join(root, ...LOCAL_FOLDER.split('/'));
  const transaction = join(local, 'transaction');
  return {
    root,
    record: join(root, RECORD_FOLDER),
    local,
    ignoreFile: join(local, '.gitignore'),
    lock: join(local, 'lock'),
    transaction,
    journal: join(transaction, 'journal.json'),
    incoming: join(transaction, 'new'),
    outgoing: join(transaction, 'old'),
    applied: join(transaction, 'applied'),
    aborting: join(transaction, 'aborting'),
    backup: join(local, 'backup'),
    rescued: join(local, 'rescued'),
    overwritten: join(root, ...OVERWRITTEN_FOLDER.split('/')),
  };
}

/** The absolute place of a path of the repository. */
export function placeOf(layout: Layout, path: string): string {
  return join(layout.root, ...path.split('/'));
}
