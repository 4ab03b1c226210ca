import { parentsOf } from '../../project/path.ts';

/** The folder that a folder has become by the move of one file in it; null where the file has another place in it now. */
function targetOf(folder: string, from: string, to: string): string | null {
  const rest = from.slice(folder.length);
  return to.endsWith(rest) && to.length > rest.length ? to.slice(0, -rest.length) : null;
}

/**
 * The folders that were moved: nothing is left of one, and all its files that were found went to one other folder.
 * @param places old path to new path of files
 */
export function movedFolders(
  places: ReadonlyMap<string, string>,
  isGone: (folder: string) => boolean,
): ReadonlyMap<string, string> {
  const targets = new Map<string, string | null>();
  for (const [from, to] of places) {
    for (const folder of parentsOf(from)) {
      const target = targetOf(folder, from, to);
      targets.set(folder, targets.has(folder) && targets.get(folder) !== target ? null : target);
    }
  }
  const moved = [...targets].filter((entry): entry is [string, string] => {
    return entry[1] !== null && entry[0] !== entry[1] && isGone(entry[0]);
  });
  return new Map(moved);
}

/** Where a new file of the template belongs when its folder was moved; null where that was not. */
export function placeInMoved(path: string, folders: ReadonlyMap<string, string>): string | null {
  const folder = parentsOf(path).findLast((parent) => folders.has(parent));
  return folder === undefined ? null : `${folders.get(folder)}${path.slice(folder.length)}`;
}
