// Installs what the lock file names, unless that is what lies in node_modules already. Node.js and npm are all it needs.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** A command that ended badly; it has said why itself. */
export class CommandFailed extends Error {
  constructor(command, status) {
    super(`${command} ended with exit code ${status}`);
    this.status = status ?? 1;
  }
}

/** Runs a command in the repository's folder, shows what it prints and throws where it fails. */
export function run(command, args, options = {}) {
  console.error(`\n$ ${[command, ...args].join(' ')}`);
  // npm is a script on Windows, and scripts need a shell there; no argument here needs quoting.
  const shell = process.platform === 'win32';
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell, ...options });
  if (error) throw error;
  if (status !== 0) throw new CommandFailed(command, status);
}

/** Runs a script: a command that failed in it ends it with that command's exit code, after all that had to be cleaned up. */
export async function main(script) {
  try {
    await script();
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    console.error(error.message);
    process.exitCode = error.status;
  }
}

/** npm's own account of what it installed; it has the same packages as the lock file where the two fit. */
function isInstalled() {
  const account = new URL('../node_modules/.package-lock.json', import.meta.url);
  if (!existsSync(account)) return false;
  const installed = JSON.parse(readFileSync(account, 'utf8')).packages;
  const locked = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8')).packages;
  return Object.entries(locked).every(
    ([path, entry]) => path === '' || entry.optional || installed[path]?.version === entry.version,
  );
}

export function setUp() {
  if (!isInstalled()) run('npm', ['ci', '--no-audit', '--no-fund']);
}
