import { importedPaths } from './rewrite.ts';

/** A file of code that stays in the repository, with its text as it is now. */
export interface StayingCode {
  readonly path: string;
  readonly text: string;
}

/**
 * Files that the template removes and that what stays still imports, each with the file that imports it. What only removed files
 * import is not among them.
 */
export function neededFiles(
  staying: readonly StayingCode[],
  removed: ReadonlyMap<string, StayingCode>,
): ReadonlyMap<string, string> {
  const needed = new Map<string, string>();
  const open = [...staying];
  for (const one of open) {
    for (const path of importedPaths(one.text, one.path)) {
      const file = removed.get(path);
      if (file === undefined || needed.has(path)) continue;
      needed.set(path, one.path);
      open.push(file);
    }
  }
  return needed;
}
