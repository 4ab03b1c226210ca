import { type ErrorCode, ServingError } from '../errors.ts';
import type { Disk } from './disk.ts';
import type { Layout } from './layout.ts';
import { type Pending, readPending } from './pending.ts';

type State = Pending['state'];

const CODES: Readonly<Record<State, ErrorCode>> = {
  half: 'APPLY_HALF',
  undoing: 'APPLY_HALF',
  held: 'APPLY_OPEN',
  done: 'APPLY_OPEN',
};
const STANDS: Readonly<Record<State, (root: string) => string>> = {
  half: (root) => `The change to ${root} stopped half-way`,
  undoing: (root) => `Undoing the change to ${root} stopped half-way`,
  held: (root) => `The change to ${root} is complete and still open`,
  done: (root) => `The change to ${root} is complete, only its tidying up stopped`,
};
/** Where fewer ways are left than the code names. */
const HINTS: Readonly<Partial<Record<State, string>>> = {
  undoing: 'Remove the cause, then run create-ml-serving regenerate --abort to put the rest back.',
  done: 'All changes are in place. Remove the cause; the next run tidies up.',
};

function stateNow(disk: Disk, layout: Layout): State | undefined {
  try {
    return readPending(disk, layout)?.state;
  } catch {
    return undefined;
  }
}

/**
 * The error for work that stopped while its transaction stays open: nothing more was put back, and the hint names only
 * what can still be done.
 * @param assumed what the transaction is in where the disk does not even tell that
 */
export function stopped(disk: Disk, layout: Layout, assumed: State, causes: readonly unknown[]): ServingError {
  const state = stateNow(disk, layout) ?? assumed;
  const why = causes.map((error) => (error as Error).message.replace(/\.$/, ''));
  return new ServingError(CODES[state], `${STANDS[state](layout.root)}: ${why.join('; ')}.`, {
    cause: causes[0],
    hint: HINTS[state],
  });
}
