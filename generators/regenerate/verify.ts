import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { x } from 'tinyexec';
import type { Tell } from '../app/job.ts';

/** Runs one npm command; what it prints goes to standard error. */
async function npm(root: string, args: readonly string[]): Promise<boolean> {
  const { exitCode } = await x('npm', [...args], { nodeOptions: { cwd: root, stdio: ['ignore', 2, 2] } });
  return exitCode === 0;
}

/**
 * Installs and runs the repository's own tests.
 * @returns null where they pass, else the command that failed
 */
export async function verifyRepository(root: string, reinstall: boolean, tell: Tell): Promise<string | null> {
  if (reinstall || !existsSync(join(root, 'node_modules'))) {
    tell('Installing dependencies with npm');
    if (!(await npm(root, ['install', '--no-audit', '--no-fund']))) return 'npm install';
  }
  tell('Running the tests of the repository');
  return (await npm(root, ['test'])) ? null : 'npm test';
}

/** Remembers the lock file, which an install rewrites, and returns how to put it back. */
export function keepLockFile(root: string): () => void {
  const place = join(root, 'package-lock.json');
  const bytes = existsSync(place) ? readFileSync(place) : null;
  return () => {
    if (bytes !== null && !bytes.equals(readFileSync(place))) writeFileSync(place, bytes);
  };
}
