import nodeFs, { lstatSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { sha256Of, sha256OfFile } from '../contents.ts';
import { MANIFEST_PATH, RECORD_FOLDER } from '../project/manifest.ts';
import { pathProblem } from '../project/path.ts';
import type { NewFile } from './create-directory.ts';
import { isAlive } from './process-alive.ts';
import { removeIfEmpty, takeBack } from './take-back.ts';

/*
 * What a run leaves that was killed while it filled an empty directory: its staging folder, files that were in place
 * already, and a note of all of them. The next run clears them away, and nothing else.
 */

/** The folder of the record, which every repository has: who makes it in an empty directory has the directory. */
export const CLAIM = RECORD_FOLDER;
/** Short, whatever the target is called: a name may have as many bytes as the file system takes. */
export const STAGING = '.staging-';

const STAGING_NAME = /^\.staging-[^.]+$/;
/** A note; each run that takes it over appends its process id. */
const NOTE_NAME = /^(\.staging-[^.]+)\.json(\.\d+)*$/;
/** A staging folder without its note, after this long, was left between making the one and writing the other. */
const UNNOTED_IS_STALE_MS = 5000;

interface Note {
  readonly pid: number;
  readonly host: string;
  /** Hash by path. */
  readonly files: Readonly<Record<string, string>>;
}

/** Who fills the directory, and with what. */
export function noteOf(files: readonly NewFile[]): string {
  const hashes = Object.fromEntries(files.map(({ path, bytes }) => [path, sha256Of(bytes)]));
  const note: Note = { pid: process.pid, host: hostname(), files: hashes };
  return JSON.stringify(note);
}

/** Reads a note as the untrusted input that it is. */
function readNote(place: string): Note | null {
  try {
    const note = JSON.parse(readFileSync(place, 'utf8')) as Partial<Note> | null;
    const { pid, host, files } = note ?? {};
    if (!Number.isInteger(pid) || typeof host !== 'string' || typeof files !== 'object' || files === null) return null;
    const safe = Object.keys(files).every((path) => pathProblem(path) === null);
    return safe ? (note as Note) : null;
  } catch {
    return null;
  }
}

function isStale(folder: string, name: string): boolean {
  const note = NOTE_NAME.test(name) ? readNote(join(folder, name)) : null;
  if (note !== null) return note.host === hostname() && note.pid !== process.pid && !isAlive(note.pid);
  return Date.now() - lstatSync(join(folder, name)).mtimeMs > UNNOTED_IS_STALE_MS;
}

interface Remains {
  /** Names of notes and of staging folders, in the claimed folder. */
  readonly notes: readonly string[];
  readonly stagings: readonly string[];
  /** Hashes of files that may have been placed, by path. */
  readonly files: ReadonlyMap<string, string>;
}

/** What dead runs left in a directory; null where none did, or where one may still be alive. */
function remainsIn(directory: string): Remains | null {
  const folder = join(directory, CLAIM);
  if (!lstatSync(folder, { throwIfNoEntry: false })?.isDirectory()) return null;
  if (lstatSync(join(directory, MANIFEST_PATH), { throwIfNoEntry: false })) return null;
  const names = readdirSync(folder);
  const notes = names.filter((name) => NOTE_NAME.test(name));
  const stagings = names.filter((name) => STAGING_NAME.test(name));
  const noted = new Set(notes.map((name) => NOTE_NAME.exec(name)?.[1]));
  const witnesses = [...notes, ...stagings.filter((name) => !noted.has(name))];
  const isBare = names.length === 0 && Date.now() - statSync(folder).mtimeMs > UNNOTED_IS_STALE_MS;
  if (!isBare && (witnesses.length === 0 || !witnesses.every((name) => isStale(folder, name)))) return null;
  const files = notes.flatMap((name) => Object.entries(readNote(join(folder, name))?.files ?? {}));
  return { notes, stagings, files: new Map(files) };
}

/** Whether every file below a folder is one that the dead run placed, unchanged. */
function isAllPlaced(directory: string, folder: string, files: Remains['files']): boolean {
  return readdirSync(join(directory, folder), { withFileTypes: true }).every((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (folder === CLAIM && (STAGING_NAME.test(entry.name) || NOTE_NAME.test(entry.name))) return true;
    if (entry.isDirectory()) return isAllPlaced(directory, path, files);
    const isNoted = entry.isFile() && files.has(path);
    return isNoted && sha256OfFile(join(directory, path)) === files.get(path);
  });
}

function clearable(directory: string): Remains | null {
  const remains = remainsIn(directory);
  return remains !== null && isAllPlaced(directory, '', remains.files) ? remains : null;
}

/** Whether a directory holds nothing but what runs left that were killed while they filled it. */
export function holdsOnlyRemains(directory: string): boolean {
  return clearable(directory) !== null;
}

/** Empties a directory that holds nothing but remains; any other is left as it is. */
export function clearRemains(directory: string): void {
  const remains = clearable(directory);
  if (remains === null) return;
  const folder = join(directory, CLAIM);
  // Of two runs that clear at once, one takes the note over; the other fails here, with nothing changed.
  const taken = remains.notes.map((name) => {
    renameSync(join(folder, name), join(folder, `${name}.${process.pid}`));
    return `${name}.${process.pid}`;
  });
  const placed = [...remains.files.keys()].map((path) => ({ path }));
  takeBack(directory, placed, nodeFs);
  for (const name of [...remains.stagings, ...taken]) rmSync(join(folder, name), { recursive: true, force: true });
  removeIfEmpty(folder, nodeFs);
}
