import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { layoutOf } from '../apply/layout.ts';
import { renameWithPatience } from '../apply/rename.ts';
import { ServingError } from '../errors.ts';

/*
 * What an install replaces and no transaction holds: installed packages and the lock file. They are put aside before the
 * tests of `--verify`, and come back as they were where the upgrade is undone, by this run or by a later one.
 */

const MODULES = 'node_modules';
const LOCK = 'package-lock.json';

interface State {
  /** Whether there was a lock file, of which a copy lies beside; not known where the run died before it had one. */
  readonly lock: boolean | 'unknown';
  /** Installed packages were moved here, were not there at all, or could not be moved (a mounted folder). */
  readonly modules: 'moved' | 'absent' | 'in-place';
}

function placesOf(root: string) {
  const folder = join(layoutOf(root).local, 'aside');
  return {
    folder,
    state: join(folder, 'state.json'),
    kept: { modules: join(folder, MODULES), lock: join(folder, LOCK) },
    own: { modules: join(root, MODULES), lock: join(root, LOCK) },
  };
}

function readState(root: string): State | null {
  const { folder, state } = placesOf(root);
  const kind = lstatSync(folder, { throwIfNoEntry: false });
  if (kind === undefined) return null;
  if (!kind.isDirectory()) throw new ServingError('PATH_UNSAFE', `${folder} is not a folder.`);
  try {
    return JSON.parse(readFileSync(state, 'utf8')) as State;
  } catch {
    // Nothing was moved before the state was written.
    return { lock: 'unknown', modules: 'in-place' };
  }
}

function move(from: string, to: string): boolean {
  try {
    renameWithPatience(from, to);
    return true;
  } catch {
    return false;
  }
}

/**
 * Puts the lock file and, where they will be installed anew, the packages aside. Does nothing where an earlier run has.
 * Only while a transaction is open: then the folder of this machine's own files is there.
 */
export function putAside(root: string, reinstall: boolean): void {
  if (readState(root) !== null) return;
  const { folder, state, kept, own } = placesOf(root);
  mkdirSync(folder, { recursive: true });
  const lock = existsSync(own.lock);
  if (lock) copyFileSync(own.lock, kept.lock);
  const there = lstatSync(own.modules, { throwIfNoEntry: false }) !== undefined;
  const write = (modules: State['modules']) => {
    // By one rename: what is read is whole.
    writeFileSync(`${state}.draft`, JSON.stringify({ lock, modules } satisfies State));
    renameSync(`${state}.draft`, state);
  };
  write(there ? (reinstall ? 'moved' : 'in-place') : 'absent');
  if (there && reinstall && !move(own.modules, kept.modules)) write('in-place');
}

/**
 * Brings back what was put aside, as it was.
 * @returns whether packages stand in place that may not be those of before: they could not be moved
 */
export function bringBack(root: string): { readonly reinstall: boolean } {
  const state = readState(root);
  if (state === null) return { reinstall: false };
  const { folder, kept, own } = placesOf(root);
  if (state.modules === 'absent') rmSync(own.modules, { recursive: true, force: true });
  if (state.modules === 'moved' && existsSync(kept.modules)) {
    rmSync(own.modules, { recursive: true, force: true });
    renameWithPatience(kept.modules, own.modules);
  }
  const changed = state.lock === true && !sameFile(kept.lock, own.lock);
  if (changed) copyFileSync(kept.lock, own.lock);
  if (state.lock === false) rmSync(own.lock, { force: true });
  rmSync(folder, { recursive: true, force: true });
  return { reinstall: state.modules === 'in-place' && changed };
}

function sameFile(a: string, b: string): boolean {
  return existsSync(b) && readFileSync(a).equals(readFileSync(b));
}

/** Lets go of what was put aside: the upgrade stays. */
export function dropAside(root: string): void {
  if (readState(root) !== null) rmSync(placesOf(root).folder, { recursive: true, force: true });
}
