import fs from 'node:fs';
import { type FileContents, fileContents, sha256OfFile, writeContents } from '../contents.ts';
import type { Disk, DiskEntry } from './disk.ts';
import { renameWithPatience } from './rename.ts';
import { hasCode } from './system-error.ts';

const WINDOWS = process.platform === 'win32';

function kindOf(stat: fs.Stats): DiskEntry['kind'] {
  if (stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'folder';
  return stat.isSymbolicLink() ? 'symlink' : 'other';
}

function create(path: string, bytes: FileContents, mode: number): void {
  const file = fs.openSync(path, 'wx', mode);
  try {
    writeContents(file, bytes);
    fs.fsyncSync(file);
  } finally {
    fs.closeSync(file);
  }
}

function copy(from: string, to: string, mode: number): void {
  create(to, fileContents(from), mode);
}

function sync(folder: string): void {
  // Windows cannot open a folder for syncing; NTFS journals names itself.
  if (WINDOWS) return;
  const handle = fs.openSync(folder, 'r');
  try {
    fs.fsyncSync(handle);
  } catch (error) {
    // Some network file systems do not support it; there is nothing better to do on them.
    if (!hasCode(error, 'EINVAL', 'ENOTSUP')) throw error;
  } finally {
    fs.closeSync(handle);
  }
}

/** The real file system. */
export const nodeDisk: Disk = {
  entry(path) {
    try {
      const stat = fs.lstatSync(path, { throwIfNoEntry: false });
      if (stat === undefined) return null;
      return {
        kind: kindOf(stat),
        mode: stat.mode & 0o7777,
        size: stat.size,
        device: stat.dev,
        modifiedMs: stat.mtimeMs,
      };
    } catch (error) {
      if (hasCode(error, 'ENOTDIR')) return null;
      throw error;
    }
  },
  list: (folder) => fs.readdirSync(folder),
  read: (path) => fs.readFileSync(path),
  hash: sha256OfFile,
  create,
  copy,
  chmod: (path, mode) => fs.chmodSync(path, mode),
  rename: (from, to) => renameWithPatience(from, to),
  unlink: (path) => fs.unlinkSync(path),
  makeFolder: (path) => fs.mkdirSync(path),
  removeFolder: (path) => fs.rmdirSync(path),
  sync,
  writable(folder) {
    try {
      fs.accessSync(folder, fs.constants.W_OK | fs.constants.X_OK);
      return true;
    } catch {
      return false;
    }
  },
  freeBytes(folder) {
    try {
      const stat = fs.statfsSync(folder);
      return stat.bavail * stat.bsize;
    } catch {
      return null;
    }
  },
};
