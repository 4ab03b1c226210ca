import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parseBase } from '../../generators/project/base-file.ts';
import { BASE_PATH, MANIFEST_PATH } from '../../generators/project/manifest.ts';

/** Gives a repository the record that versions before 0.10 wrote: one gzip file for each contents, named by its hash. */
export function toEarlierRecord(root: string): void {
  const folder = join(root, '.ml-serving/base');
  mkdirSync(folder);
  for (const [hash, bytes] of parseBase(readFileSync(join(root, BASE_PATH)))) {
    writeFileSync(join(folder, `${hash}.gz`), gzipSync(bytes));
  }
  rmSync(join(root, BASE_PATH));
  const { baseSha256: _, ...manifest } = JSON.parse(readFileSync(join(root, MANIFEST_PATH), 'utf8'));
  writeFileSync(join(root, MANIFEST_PATH), `${JSON.stringify(manifest, null, 2)}\n`);
}
