import { existsSync, readdirSync, statSync, watch } from 'node:fs';
import { dirname, join } from 'node:path';

/** Editors write in several steps: files are compared when there was no further event for so long. */
const QUIET_MS = 50;
/** Swap and backup files of editors, and drafts that are renamed in a moment. */
const NOT_SOURCES = /^\.|~$|\.(swp|tmp|new)$/;

/**
 * Watches files and folders with all that is in them. Folders are watched, not files: one that an editor replaces is another file.
 * @param {readonly string[]} paths
 * @param {(changed: readonly string[]) => void} onChange
 * @returns {() => void} ends it
 */
export function watchFiles(paths, onChange) {
  /** By folder. */
  const watchers = new Map();
  let before = snapshot(paths);
  let timer;

  function watchFolders() {
    for (const folder of before.folders) {
      if (watchers.has(folder)) continue;
      const watcher = watch(folder, () => {
        clearTimeout(timer);
        timer = setTimeout(compare, QUIET_MS);
      });
      // A folder that has been removed: the event of its parent says so.
      watcher.on('error', () => unwatch(folder));
      watchers.set(folder, watcher);
    }
  }

  function unwatch(folder) {
    watchers.get(folder)?.close();
    watchers.delete(folder);
  }

  function compare() {
    const now = snapshot(paths);
    const all = new Set([...before.files.keys(), ...now.files.keys()]);
    const changed = [...all].filter((path) => before.files.get(path) !== now.files.get(path));
    for (const folder of watchers.keys()) if (!now.folders.has(folder)) unwatch(folder);
    before = now;
    watchFolders();
    if (changed.length > 0) onChange(changed);
  }

  watchFolders();
  return () => {
    clearTimeout(timer);
    for (const folder of watchers.keys()) unwatch(folder);
  };
}

/** Every file with its time and size, and the folders that they are in. */
function snapshot(paths) {
  const files = new Map();
  const folders = new Set();
  const add = (path) => {
    const state = statSync(path, { throwIfNoEntry: false });
    if (state?.isDirectory()) {
      folders.add(path);
      for (const name of readdirSync(path)) if (!NOT_SOURCES.test(name)) add(join(path, name));
    } else if (state) files.set(path, `${state.mtimeMs} ${state.size}`);
  };
  for (const path of paths) {
    if (existsSync(dirname(path))) folders.add(dirname(path));
    add(path);
  }
  return { files, folders };
}
