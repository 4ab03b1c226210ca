import { ServingError } from '../errors.ts';
import { pathProblem } from '../project/path.ts';
import type { Before } from './change.ts';
import type { Disk } from './disk.ts';
import type { Layout } from './layout.ts';

/** One path of a plan. The number of a step names its files in the transaction. */
export interface Step {
  readonly path: string;
  readonly before: Before;
  /** All permission bits the file had, so that undoing gives back more than Git's two modes. */
  readonly permissions: number | null;
  readonly after: Before;
}

/** All that is needed to finish or to undo, written before the first file of the user is touched. */
export interface Journal {
  readonly schema: 1;
  /** Keep the transaction open after the last step: conflicts are to be resolved, or tests to be run. */
  readonly hold: boolean;
  /** In the order of application: deletions, writes, the manifest last. */
  readonly steps: readonly Step[];
  /** Folders that did not exist, outermost first. */
  readonly newFolders: readonly string[];
}

function isState(value: unknown): value is Before {
  if (value === 'absent') return true;
  const state = value as { sha256?: unknown; mode?: unknown } | null;
  return typeof state?.sha256 === 'string' && (state.mode === 0o644 || state.mode === 0o755);
}

function isStep(value: unknown): value is Step {
  const step = value as Partial<Step> | null;
  const { path, permissions } = step ?? {};
  return (
    typeof path === 'string' &&
    pathProblem(path) === null &&
    isState(step?.before) &&
    isState(step?.after) &&
    (permissions === null || (Number.isInteger(permissions) && (permissions as number) <= 0o7777))
  );
}

function isJournal(value: unknown): value is Journal {
  const journal = value as Partial<Journal> | null;
  return (
    journal?.schema === 1 &&
    typeof journal.hold === 'boolean' &&
    Array.isArray(journal.steps) &&
    journal.steps.every(isStep) &&
    Array.isArray(journal.newFolders) &&
    journal.newFolders.every((folder) => typeof folder === 'string' && pathProblem(folder) === null)
  );
}

/** A journal that cannot be read now is not damaged: nobody should throw it away. */
function textOf(disk: Disk, { journal }: Layout): string {
  try {
    return Buffer.from(disk.read(journal)).toString('utf8');
  } catch (cause) {
    throw new ServingError('NOT_READABLE', `The journal ${journal} cannot be read: ${(cause as Error).message}.`, {
      cause,
    });
  }
}

/** Reads the journal as untrusted input: a cloned repository may carry one. */
export function readJournal(disk: Disk, layout: Layout): Journal {
  const text = textOf(disk, layout);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ServingError('JOURNAL_DAMAGED', `The journal ${layout.journal} is no JSON.`, { cause });
  }
  if (!isJournal(value)) throw new ServingError('JOURNAL_DAMAGED', `The journal ${layout.journal} is not valid.`);
  return value;
}

/** Writes the journal whole or not at all. When this returns, the transaction counts. */
export function writeJournal(disk: Disk, layout: Layout, journal: Journal): void {
  const draft = `${layout.journal}.draft`;
  disk.create(draft, Buffer.from(`${JSON.stringify(journal, null, 1)}\n`), 0o666);
  disk.rename(draft, layout.journal);
  disk.sync(layout.transaction);
}
