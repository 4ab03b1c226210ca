import type { StdioOptions } from 'node:child_process';
import { type Result, x } from 'tinyexec';
import { ENVIRONMENT } from './environment.ts';

export interface CommandOptions {
  /** For its standard input, which is closed otherwise. */
  readonly input?: string | undefined;
  /** Makes it the first of a group of processes. */
  readonly detached?: boolean;
  /** Variables of this command alone. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

/**
 * Starts a command from the PATH, on Windows too.
 * The directory's own `node_modules/.bin` is not searched: what lies there is nobody's npm or Git.
 */
export function command(
  name: string,
  args: readonly string[],
  cwd: string,
  stdio: StdioOptions,
  { input, detached = false, environment }: CommandOptions = {},
): Result {
  return x(name, [...args], {
    nodePath: false,
    nodeOptions: { cwd, stdio, env: { ...ENVIRONMENT, ...environment }, detached },
    ...(input !== undefined && { stdin: input }),
  });
}
