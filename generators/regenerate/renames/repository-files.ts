import type { Disk } from '../../apply/disk.ts';
import { layoutOf, placeOf } from '../../apply/layout.ts';
import { listFiles } from '../git.ts';

/** Larger files are not compared: a model may have a gigabyte. */
const LARGEST = 1024 * 1024;
/** What tools make, where there is no Git to say what is ignored. */
const MADE = new Set(['node_modules', '.git', '.ml-serving', 'dist', 'build', 'coverage', '.cache', '.venv']);

function walk(disk: Disk, place: string, path: string): string[] {
  return disk.list(place).flatMap((name) => {
    if (MADE.has(name)) return [];
    const [inner, innerPath] = [`${place}/${name}`, path === '' ? name : `${path}/${name}`];
    return disk.entry(inner)?.kind === 'folder' ? walk(disk, inner, innerPath) : [innerPath];
  });
}

/**
 * The files of a repository that may be compared by their contents: those that Git has or would take, else all but what tools
 * make. What Git ignores is never read.
 */
export function repositoryFiles(root: string, disk: Disk): string[] {
  const layout = layoutOf(root);
  const listed = listFiles(root);
  return (listed ?? walk(disk, root, '')).filter((path) => {
    const entry = disk.entry(placeOf(layout, path));
    return entry?.kind === 'file' && entry.size <= LARGEST;
  });
}
