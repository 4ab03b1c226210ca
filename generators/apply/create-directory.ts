import nodeFs from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fromSystem } from './system-error.ts';
import type { Target } from './target.ts';

export interface NewFile {
  /** Relative, with forward slashes. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly mode: number;
}

type Fs = Pick<typeof nodeFs, 'mkdirSync' | 'mkdtempSync' | 'writeFileSync' | 'chmodSync' | 'renameSync' | 'rmSync'>;

/**
 * Writes the files of a new repository: all of them, or none.
 * They are staged next to their place, on the same file system, and moved there when they are complete; a process that
 * is killed leaves at most a staging folder behind, never half a repository.
 * @param fs stands in for the real file system where a test drives faults into it
 * @throws DISK_FULL, NOT_WRITABLE, APPLY_FAILED
 */
export function createDirectory(target: Target, files: readonly NewFile[], fs: Fs = nodeFs): void {
  const undo: (() => void)[] = [];
  try {
    if (target.state === 'absent') createAbsent(target.path, files, fs, undo);
    else fillEmpty(target.path, files, fs, undo);
  } catch (error) {
    for (const step of undo.reverse()) step();
    throw fromSystem(error, target.path);
  }
}

/** A directory that does not exist appears by one rename. */
function createAbsent(path: string, files: readonly NewFile[], fs: Fs, undo: (() => void)[]): void {
  const parent = dirname(path);
  const made = fs.mkdirSync(parent, { recursive: true });
  if (made) undo.push(() => fs.rmSync(made, { recursive: true, force: true }));
  const staging = fs.mkdtempSync(join(parent, `.${basename(path)}-`));
  undo.push(() => fs.rmSync(staging, { recursive: true, force: true }));
  stage(staging, files, fs);
  // mkdtemp makes a private folder; a repository is as open as any other folder.
  fs.chmodSync(staging, 0o777 & ~process.umask());
  fs.renameSync(staging, path);
}

/** An empty directory stays the same directory (somebody may stand in it): what was staged inside is moved up. */
function fillEmpty(path: string, files: readonly NewFile[], fs: Fs, undo: (() => void)[]): void {
  const staging = fs.mkdtempSync(join(path, '.staging-'));
  undo.push(() => fs.rmSync(staging, { recursive: true, force: true }));
  stage(staging, files, fs);
  for (const name of new Set(files.map((file) => file.path.split('/')[0] as string))) {
    fs.renameSync(join(staging, name), join(path, name));
    undo.push(() => fs.rmSync(join(path, name), { recursive: true, force: true }));
  }
  fs.rmSync(staging, { recursive: true });
}

function stage(folder: string, files: readonly NewFile[], fs: Fs): void {
  const folders = new Set(files.map((file) => dirname(file.path)));
  for (const inner of folders) fs.mkdirSync(join(folder, inner), { recursive: true });
  for (const { path, bytes, mode } of files) fs.writeFileSync(join(folder, path), bytes, { mode, flag: 'wx' });
}
