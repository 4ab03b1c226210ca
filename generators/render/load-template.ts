import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Template, TemplateSpec } from './template.ts';

/**
 * What working on the template in place leaves behind; never part of it. So are files under a name that npm drops:
 * what is shipped has the other name.
 */
const LEFTOVERS = new Set(['node_modules', 'dist', 'coverage']);

/**
 * Reads a template from its folder (`template.json`, `base/`, `features/`, `partials/`, `samples/`).
 * The one place of this room that reads: the package's own files, never the user's.
 * @param version semver of the template; the package's version
 */
export function loadTemplate(folder: string, version: string): Template {
  const spec = JSON.parse(readFileSync(join(folder, 'template.json'), 'utf8')) as TemplateSpec;
  const files = new Map<string, Uint8Array>();
  walk(folder, '', files, new Set([...LEFTOVERS, ...Object.values(spec.renames)]));
  files.delete('template.json');
  return { version, spec, files };
}

function walk(root: string, folder: string, files: Map<string, Uint8Array>, skipped: ReadonlySet<string>): void {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  // Sorted, so that the same template gives the same order on every file system.
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (skipped.has(entry.name) || entry.name.endsWith('.tsbuildinfo')) continue;
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) walk(root, path, files, skipped);
    else if (entry.isFile()) files.set(path, readFileSync(join(root, path)));
  }
}
