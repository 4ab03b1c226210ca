import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';

/** Files of a test by path: text or bytes; with `{ run: true }` executable. */
export type Files = Readonly<Record<string, string | Uint8Array | { readonly text: string; readonly run: true }>>;

const made: string[] = [];

/** Writes files into a new folder that is removed after the tests of the file. */
export function folderWith(files: Files): string {
  const root = mkdtempSync(join(tmpdir(), 'ml-serving-'));
  made.push(root);
  putFiles(root, files);
  return root;
}

/** Writes files into a folder that is there. */
export function putFiles(root: string, files: Files): void {
  for (const [path, contents] of Object.entries(files)) {
    const place = join(root, ...path.split('/'));
    mkdirSync(dirname(place), { recursive: true });
    const run = typeof contents === 'object' && 'run' in contents;
    writeFileSync(place, run ? contents.text : contents);
    if (run) chmodSync(place, 0o755);
  }
}

/** Everything below a folder: path to permission bits and contents, folders too. */
export function snapshot(root: string, options: { without?: string } = {}): Record<string, string> {
  const entries: Record<string, string> = {};
  for (const name of readdirSync(root, { recursive: true }) as string[]) {
    const place = join(root, name);
    const path = relative(root, place).split(sep).join('/');
    if (options.without !== undefined && `${path}/`.startsWith(`${options.without}/`)) continue;
    const stat = lstatSync(place);
    const mode = (stat.mode & 0o777).toString(8);
    if (stat.isDirectory()) entries[`${path}/`] = mode;
    else if (stat.isSymbolicLink()) entries[path] = 'symlink';
    else entries[path] = `${mode} ${readFileSync(place).toString('latin1')}`;
  }
  return Object.fromEntries(Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1)));
}

afterAll(() => {
  for (const root of made.splice(0)) rmSync(root, { recursive: true, force: true });
});
