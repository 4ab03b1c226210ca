import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stamp = join(root, 'dist', 'server.js');
const SOURCE_FOLDERS = ['src', 'runtime'];
const OTHER_SOURCES = ['tsconfig.json', 'tsconfig.build.json', 'schema/serving.schema.json'];

/** Exit code of a build that a signal has stopped. */
export const STOPPED = 130;

/** What a build is made of, below the repository's root. */
export const SOURCES = [...SOURCE_FOLDERS, ...OTHER_SOURCES];

/** `npm run build` when dist/ is missing or older than any source, without npm. Ends the process when that fails. */
export function buildIfStale() {
  const sources = SOURCE_FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true }),
  )
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const inputs = [...sources, ...OTHER_SOURCES.map((path) => join(root, path))];
  const newest = Math.max(...inputs.map((path) => statSync(path).mtimeMs));
  if (existsSync(stamp) && statSync(stamp).mtimeMs >= newest) return;
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  const status = build();
  if (status !== 0) process.exit(status);
}

/**
 * Builds over what is there, and changes nothing where a type does not match: a service may be running from it.
 * @returns {number} the exit code; 0 when everything is built
 */
export function build() {
  const tsc = createRequire(import.meta.url)
    .resolve('typescript/package.json')
    .replace(/package\.json$/, 'bin/tsc');
  for (const step of [[tsc, '-p', 'tsconfig.build.json', '--noEmitOnError'], ['dist/runtime/cli/finish-build.js']]) {
    const { status } = spawnSync(process.execPath, step, { cwd: root, stdio: 'inherit' });
    // Without a status it was stopped by a signal, as by Ctrl-C.
    if (status !== 0) return status ?? STOPPED;
  }
  return 0;
}
