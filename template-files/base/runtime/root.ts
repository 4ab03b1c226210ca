import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root: the nearest folder above with a package.json. Sources and compiled files lie at different depths. */
export const ROOT = findRoot(dirname(fileURLToPath(import.meta.url)));

/** A module of runtime/ as the build has compiled it. Threads cannot be started from TypeScript. @param path below runtime/, without its ending */
export function compiledPath(path: string): string {
  return join(ROOT, 'dist', 'runtime', `${path}.js`);
}

function findRoot(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error('There is no package.json above the runtime');
  return findRoot(parent);
}
