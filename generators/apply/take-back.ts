import type nodeFs from 'node:fs';
import { dirname, join } from 'node:path';
import type { NewFile } from './create-directory.ts';
import { hasCode } from './system-error.ts';

type Fs = Pick<typeof nodeFs, 'rmdirSync' | 'unlinkSync'>;

/** Removes a folder that a run has made, unless somebody has put something into it since. */
export function removeIfEmpty(folder: string, fs: Fs): void {
  try {
    fs.rmdirSync(folder);
  } catch (error) {
    // Solaris says EEXIST where others say ENOTEMPTY.
    if (!hasCode(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT')) throw error;
  }
}

/** Removes the files that a run has placed, and their folders as far as nothing else lies in them. */
export function takeBack(root: string, files: readonly Pick<NewFile, 'path'>[], fs: Fs): void {
  const folders = new Set<string>();
  for (const { path } of files) {
    for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) folders.add(folder);
    try {
      fs.unlinkSync(join(root, path));
    } catch (error) {
      if (!hasCode(error, 'ENOENT', 'ENOTDIR')) throw error;
    }
  }
  const innermostFirst = [...folders].sort((a, b) => b.split('/').length - a.split('/').length);
  for (const folder of innermostFirst) removeIfEmpty(join(root, folder), fs);
}
