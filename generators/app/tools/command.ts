import type { StdioOptions } from 'node:child_process';
import { type Result, x } from 'tinyexec';

/** What Git sets for its hooks; a command started from one must not work on the repository of the hook. */
const GIT_LOCAL = [
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_PREFIX',
  'GIT_OBJECT_DIRECTORY',
  'GIT_COMMON_DIR',
];

const env: NodeJS.ProcessEnv = {
  ...Object.fromEntries(GIT_LOCAL.map((name) => [name, undefined])),
  // A prompt of Git's (for a passphrase, say) would hang where nobody watches.
  GIT_TERMINAL_PROMPT: '0',
};

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
    nodeOptions: { cwd, stdio, env },
    ...(input !== undefined && { stdin: input }),
  });
}
