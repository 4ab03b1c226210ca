import nodeFs from 'node:fs';
import { dirname, join } from 'node:path';
import { type FileContents, writeContents } from '../contents.ts';
import { ServingError } from '../errors.ts';
import { CLAIM, clearRemains, noteOf, STAGING } from './remains.ts';
import { renameWithPatience } from './rename.ts';
import { fromSystem, hasCode } from './system-error.ts';
import { removeIfEmpty, takeBack } from './take-back.ts';
import type { Target } from './target.ts';

export interface NewFile {
  /** Relative, with forward slashes. */
  readonly path: string;
  readonly bytes: FileContents;
  readonly mode: number;
}

type Call =
  | 'chmodSync'
  | 'closeSync'
  | 'existsSync'
  | 'lstatSync'
  | 'mkdirSync'
  | 'mkdtempSync'
  | 'openSync'
  | 'readdirSync'
  | 'renameSync'
  | 'rmdirSync'
  | 'rmSync'
  | 'unlinkSync'
  | 'writeFileSync'
  | 'writeSync';
type Fs = Pick<typeof nodeFs, Call>;
type Undo = (() => void)[];

/**
 * Writes the files of a new repository: all of them, or none.
 * They are staged next to their place, on the same file system, and moved there when they are complete; what a process
 * that is killed leaves is no repository, and the next run clears it away. What others put there meanwhile stays.
 * @param fs stands in for the real file system where a test drives faults into it
 * @throws DIRECTORY_NOT_EMPTY, DISK_FULL, NOT_WRITABLE, APPLY_FAILED
 */
export function createDirectory(target: Target, files: readonly NewFile[], fs: Fs = nodeFs): void {
  const undo: Undo = [];
  try {
    if (target.state === 'absent') createAbsent(target.path, files, fs, undo);
    else fillEmpty(target.path, files, fs, undo);
  } catch (error) {
    for (const step of undo.reverse()) step();
    throw fromSystem(error, target.path);
  }
}

/** A directory that does not exist appears by one rename. */
function createAbsent(path: string, files: readonly NewFile[], fs: Fs, undo: Undo): void {
  makeFolders(dirname(path), fs, undo);
  const staging = stage(dirname(path), files, fs, undo);
  // mkdtemp makes a private folder; a repository is as open as any other folder.
  fs.chmodSync(staging, 0o777 & ~process.umask());
  // POSIX would replace an empty directory, Windows would not.
  if (fs.existsSync(path)) throw takenMeanwhile(path);
  try {
    renameWithPatience(staging, path, fs);
  } catch (error) {
    if (hasCode(error, 'ENOTEMPTY', 'EEXIST', 'ENOTDIR') || fs.existsSync(path)) throw takenMeanwhile(path, error);
    throw error;
  }
}

/** One by one, so that undoing removes what this run made and nothing that another one did. */
function makeFolders(folder: string, fs: Fs, undo: Undo): void {
  if (fs.existsSync(folder) || dirname(folder) === folder) return;
  makeFolders(dirname(folder), fs, undo);
  try {
    fs.mkdirSync(folder);
    undo.push(() => removeIfEmpty(folder, fs));
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  }
}

/** An empty directory stays the same directory (somebody may stand in it): what was staged inside is moved up. */
function fillEmpty(path: string, files: readonly NewFile[], fs: Fs, undo: Undo): void {
  const claim = join(path, CLAIM);
  clearRemains(path);
  try {
    fs.mkdirSync(claim);
  } catch (error) {
    throw hasCode(error, 'EEXIST') ? takenMeanwhile(path, error) : error;
  }
  undo.push(() => removeIfEmpty(claim, fs));
  if (fs.readdirSync(path).length > 1) throw takenMeanwhile(path);

  const staging = stage(claim, files, fs, undo, true);
  const inClaim = files.filter((file) => file.path.startsWith(`${CLAIM}/`));
  const others = files.filter((file) => !file.path.startsWith(`${CLAIM}/`));
  // The record comes last: without it nothing takes the directory for a repository.
  for (const place of new Set([...others.map((file) => head(file, 1)), ...inClaim.map((file) => head(file, 2))])) {
    if (fs.lstatSync(join(path, place), { throwIfNoEntry: false })) throw takenMeanwhile(path);
    renameWithPatience(join(staging, place), join(path, place), fs);
    undo.push(() => {
      const placed = files.filter((file) => `${file.path}/`.startsWith(`${place}/`));
      takeBack(path, placed, fs);
    });
  }
  fs.unlinkSync(`${staging}.json`);
  fs.rmSync(staging, { recursive: true });
  if (inClaim.length === 0) fs.rmdirSync(claim);
}

function head({ path }: NewFile, segments: number): string {
  return path.split('/').slice(0, segments).join('/');
}

/** Writes all files into a new folder below `parent`, with a note of them beside it where they are moved one by one. */
function stage(parent: string, files: readonly NewFile[], fs: Fs, undo: Undo, noted = false): string {
  const staging = fs.mkdtempSync(join(parent, STAGING));
  undo.push(() => fs.rmSync(staging, { recursive: true, force: true }));
  if (noted) {
    undo.push(() => fs.rmSync(`${staging}.json`, { force: true }));
    fs.writeFileSync(`${staging}.json`, noteOf(files), { flag: 'wx' });
  }
  const folders = new Set(files.map((file) => dirname(file.path)));
  for (const inner of folders) fs.mkdirSync(join(staging, inner), { recursive: true });
  for (const { path, bytes, mode } of files) writeNew(join(staging, path), bytes, mode, fs);
  return staging;
}

function writeNew(place: string, contents: FileContents, mode: number, fs: Fs): void {
  if (contents instanceof Uint8Array) {
    fs.writeFileSync(place, contents, { mode, flag: 'wx' });
    return;
  }
  const file = fs.openSync(place, 'wx', mode);
  try {
    writeContents(file, contents, fs.writeSync);
  } finally {
    fs.closeSync(file);
  }
}

function takenMeanwhile(path: string, cause?: unknown): ServingError {
  return new ServingError('DIRECTORY_NOT_EMPTY', `Something else wrote to ${path} meanwhile; it was left as it is.`, {
    hint: 'Look at what it holds. Then choose another directory, or empty it and run again.',
    cause,
  });
}
