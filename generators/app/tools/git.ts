import { ServingError } from '../../errors.ts';
import { command } from './command.ts';

/** Who signs the first commit where nobody has told Git who they are. */
const FALLBACK_IDENTITY = ['-c', 'user.name=create-ml-serving', '-c', 'user.email=create-ml-serving@localhost'];

/**
 * Makes a Git repository of a directory, with one commit of the files named. They are added by name: nothing else that
 * lies there is committed, and nothing of them is left out because somebody ignores `*.onnx` everywhere.
 * A directory that lies in a work tree already is left to it.
 * @returns whether a repository was made
 * @throws GIT_FAILED; the files stay as they are
 */
export async function initRepository(directory: string, files: readonly string[], message: string): Promise<boolean> {
  const inside = await git(directory, ['rev-parse', '--is-inside-work-tree']);
  // In a bare repository Git says `false`, and says it with exit code 0.
  if (inside.exitCode === 0 && inside.stdout.trim() === 'true') return false;
  await must(directory, ['-c', 'init.defaultBranch=main', 'init', '--quiet']);
  const add = ['--literal-pathspecs', 'add', '--force', '--pathspec-from-file=-', '--pathspec-file-nul'];
  await must(directory, add, files.join('\0'));
  const known = await git(directory, ['config', 'user.email']);
  const identity = known.exitCode === 0 ? [] : FALLBACK_IDENTITY;
  // Hooks and signing are a person's own set-up; this commit is nobody's work yet.
  await must(directory, [...identity, '-c', 'commit.gpgSign=false', 'commit', '--quiet', '--no-verify', '-m', message]);
  return true;
}

async function must(directory: string, args: string[], input?: string): Promise<void> {
  const { exitCode, stderr } = await git(directory, args, input);
  if (exitCode !== 0) {
    throw new ServingError(
      'GIT_FAILED',
      `git ${args.filter((arg) => /^[a-z]+$/.test(arg))[0]} failed in ${directory}: ${stderr.trim()}`,
    );
  }
}

function git(directory: string, args: readonly string[], input?: string) {
  return command('git', args, directory, [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'], { input });
}
