import { ServingError } from '../../errors.ts';
import { command } from './command.ts';

/** Who signs the first commit where nobody has told Git who they are. */
const FALLBACK_IDENTITY = ['-c', 'user.name=create-ml-serving', '-c', 'user.email=create-ml-serving@localhost'];

/** The files of a first commit, relative to the directory. */
export interface FirstCommit {
  /** Files that this run has written: their contents are the template's. */
  readonly written: readonly string[];
  /** Files that were there before and stay as they are: what Git ignores of them is not committed. */
  readonly kept: readonly string[];
  readonly message: string;
  /** The directory is a fresh repository itself (`isFreshRepository`), and gets the commit. */
  readonly isFresh?: boolean;
}

export interface FirstCommitResult {
  /** False where the directory is in a work tree already. */
  readonly made: boolean;
  /** Files that were left out, because they were there before and Git ignores them. */
  readonly ignored: readonly string[];
}

/**
 * Makes a Git repository of a directory, with one commit of the files named. They are added by name: nothing else that
 * is in the directory is committed. A rule that ignores `*.onnx` everywhere leaves out nothing of what this run has
 * written; a file of the user's that Git ignores is never committed, it could hold a secret.
 * A directory that is in a work tree already is left to it, but for a fresh repository, which gets the commit.
 * @throws GIT_FAILED; the files stay as they are
 */
export async function initRepository(
  directory: string,
  { written, kept, message, isFresh = false }: FirstCommit,
): Promise<FirstCommitResult> {
  const inside = await git(directory, ['rev-parse', '--is-inside-work-tree']);
  // In a bare repository Git says `false`, and says it with exit code 0.
  const isInside = inside.exitCode === 0 && inside.stdout.trim() === 'true';
  if (isInside && !isFresh) return { made: false, ignored: [] };
  if (!isInside) await must(directory, ['-c', 'init.defaultBranch=main', 'init', '--quiet']);
  const ignored = new Set(await ignoredOf(directory, kept));
  // Unlike `git add`, this command takes the files that it is given whatever Git ignores.
  const files = [...written, ...kept.filter((path) => !ignored.has(path))];
  // A check of the person's that refuses files whose ends of line Git changes: .gitattributes decides about those.
  const lines = ['-c', 'core.safecrlf=false'];
  await must(
    directory,
    [...lines, 'update-index', '--add', '-z', '--stdin'],
    files.map((path) => `${path}\0`).join(''),
  );
  const known = await git(directory, ['config', 'user.email']);
  const identity = known.exitCode === 0 ? [] : FALLBACK_IDENTITY;
  // Hooks and signing are a person's own set-up; this commit is nobody's work yet.
  await must(directory, [...identity, '-c', 'commit.gpgSign=false', 'commit', '--quiet', '--no-verify', '-m', message]);
  return { made: true, ignored: [...ignored].sort() };
}

/** What a host puts into a repository that it has just made. */
const HOSTED = /^(readme|licen[cs]e|copying|\.gitignore|\.gitattributes)(\.[a-z]+)?$/i;

/**
 * Whether a directory is a Git repository that nobody has worked in: just made or cloned, it holds nothing, or what a host
 * puts there, and all of it is committed.
 * @param entries what is in the directory
 */
export async function isFreshRepository(directory: string, entries: readonly string[]): Promise<boolean> {
  const others = entries.filter((name) => name !== '.git');
  if (others.length === entries.length || !others.every((name) => HOSTED.test(name))) return false;
  const top = await git(directory, ['rev-parse', '--show-prefix']);
  // The prefix is empty at the top of a work tree.
  if (top.exitCode !== 0 || top.stdout.trim() !== '') return false;
  const { exitCode, stdout } = await git(directory, ['status', '--porcelain=v1', '-z', '--ignored']);
  return exitCode === 0 && stdout === '';
}

/** Which of some files Git ignores. */
async function ignoredOf(directory: string, paths: readonly string[]): Promise<string[]> {
  if (paths.length === 0) return [];
  const args = ['check-ignore', '--no-index', '-z', '--stdin'];
  const { exitCode, stdout, stderr } = await git(directory, args, paths.map((path) => `${path}\0`).join(''));
  // 1 means that none of them is ignored.
  if (exitCode === 0 || exitCode === 1) return stdout.split('\0').filter(Boolean);
  throw new ServingError('GIT_FAILED', `git check-ignore failed in ${directory}: ${stderr.trim()}`);
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
