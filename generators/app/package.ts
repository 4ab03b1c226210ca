import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface OwnPackage {
  readonly version: string;
  /** Absolute path of `template-files/`. */
  readonly templateFolder: string;
}

/** Finds this package on disk, whether it runs bundled from `dist/` or from its sources. */
export function ownPackage(): OwnPackage {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    try {
      const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<
        string,
        string
      >;
      if (name === 'create-ml-serving' && version) return { version, templateFolder: join(folder, 'template-files') };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    if (folder === dirname(folder))
      throw new Error('The package create-ml-serving is damaged: its package.json is missing');
  }
}
