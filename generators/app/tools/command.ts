import type { StdioOptions } from 'node:child_process';
import { type Result, x } from 'tinyexec';
import { ENVIRONMENT } from './environment.ts';

/**
 * Starts a command from the PATH, on Windows too.
 * The directory's own `node_modules/.bin` is not searched: what lies there is nobody's npm or Git.
 * @param input for its standard input, which is closed otherwise
 */
export function command(
  name: string,
  args: readonly string[],
  cwd: string,
  stdio: StdioOptions,
  input?: string,
): Result {
  return x(name, [...args], {
    nodePath: false,
    nodeOptions: { cwd, stdio, env: ENVIRONMENT },
    ...(input !== undefined && { stdin: input }),
  });
}
