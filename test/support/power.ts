import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Disk } from '../../generators/apply/disk.ts';

interface Unsynced {
  readonly folder: string;
  readonly undo: () => void;
}

const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

function keeper(path: string): () => void {
  if (!existsSync(path)) return () => rmSync(path, { force: true });
  const [bytes, mode] = [readFileSync(path), statSync(path).mode];
  return () => {
    writeFileSync(path, bytes);
    chmodSync(path, mode);
  };
}

/**
 * A disk of which the power fails in the changing call with the given number. Contents are there once `create` returns;
 * names are lost unless their folder was synced since.
 */
export function powerDisk(disk: Disk, at: number) {
  let calls = 0;
  let unsynced: Unsynced[] = [];
  const change = (folder: string, undo: () => void, work: () => void) => {
    if (calls++ >= at) throw Object.assign(new Error('the power is off'), { code: 'EIO' });
    work();
    unsynced.push({ folder, undo });
  };
  const powered: Disk = {
    ...disk,
    create: (path, bytes, mode) =>
      change(
        dirname(path),
        () => rmSync(path, { force: true }),
        () => disk.create(path, bytes, mode),
      ),
    copy: (from, to, mode) =>
      change(
        dirname(to),
        () => rmSync(to, { force: true }),
        () => disk.copy(from, to, mode),
      ),
    unlink: (path) => change(dirname(path), keeper(path), () => disk.unlink(path)),
    makeFolder: (path) =>
      change(
        dirname(path),
        () => rmSync(path, { recursive: true, force: true }),
        () => disk.makeFolder(path),
      ),
    removeFolder: (path) =>
      change(
        dirname(path),
        () => mkdirSync(path),
        () => disk.removeFolder(path),
      ),
    rename(from, to) {
      const restore = keeper(to);
      const undo = () => {
        if (existsSync(to) && isFolder(dirname(from))) renameSync(to, from);
        restore();
      };
      change(dirname(to), undo, () => disk.rename(from, to));
    },
    sync(folder) {
      if (calls++ >= at) throw Object.assign(new Error('the power is off'), { code: 'EIO' });
      disk.sync(folder);
      unsynced = unsynced.filter((name) => name.folder !== folder);
    },
  };
  /**
   * Loses the names in folders that were not synced; those of `lasting` ones reached the device by chance. A folder that
   * is gone for good took its names along.
   */
  const fail = (lasting: (folder: string) => boolean) => {
    for (const { folder, undo } of unsynced.toReversed()) {
      if (!lasting(folder) && isFolder(folder)) undo();
    }
    unsynced = [];
  };
  return { disk: powered, fail, calls: () => calls };
}
