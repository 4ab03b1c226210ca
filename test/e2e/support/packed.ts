import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repositoryRoot = fileURLToPath(new URL('../../..', import.meta.url));
const cache = join(repositoryRoot, 'test', '.cache', 'packed');

/** Where `npm pack` put the tarball. */
export const tarballFolder = cache;
/** A project that has installed the tarball and nothing else. */
export const elsewhere = join(cache, 'elsewhere');
/** The installed package. */
export const installedPackage = join(elsewhere, 'node_modules', 'create-ml-serving');
/** The file that `npx create-ml-serving` runs. */
export const bin = join(installedPackage, 'dist', 'create-ml-serving.js');
