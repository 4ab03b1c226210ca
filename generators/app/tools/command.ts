import type { StdioOptions } from 'node:child_process';
import { type Result, x } from 'tinyexec';

/**
 * Starts a command from the PATH, on Windows too.
 * The directory's own `node_modules/.bin` is not searched: what lies there is nobody's npm or Git.
 */
export function command(name: string, args: readonly string[], cwd: string, stdio: StdioOptions): Result {
  // A terminal prompt of Git (for a passphrase, say) would hang where nobody watches.
  return x(name, [...args], { nodePath: false, nodeOptions: { cwd, stdio, env: { GIT_TERMINAL_PROMPT: '0' } } });
}
