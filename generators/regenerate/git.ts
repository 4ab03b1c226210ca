import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ENVIRONMENT } from '../app/tools/environment.ts';
import { ServingError } from '../errors.ts';
import type { FileState } from '../merge/states.ts';
import type { Sides } from './plan.ts';

/** A work tree of Git, and where a stamped-out repository lies in it: a monorepo has it in a folder. */
export interface WorkTree {
  readonly top: string;
  /** Empty, or a folder with its slash. */
  readonly prefix: string;
}

const LARGEST_OUTPUT = 256 * 1024 * 1024;
/** A repository's own settings must not start programs, nor a terminal prompt or a check of line ends stop us. */
const CAREFUL = ['-c', 'core.fsmonitor=false', '-c', 'core.safecrlf=false', '-c', 'core.quotePath=false'];

function environment() {
  return { ...process.env, ...ENVIRONMENT, GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' };
}

function run(cwd: string, args: readonly string[], input?: string | Uint8Array) {
  const options = { cwd, env: environment(), input, encoding: 'utf8', maxBuffer: LARGEST_OUTPUT } as const;
  return spawnSync('git', [...CAREFUL, ...args], options);
}

function must(cwd: string, args: readonly string[], input?: string | Uint8Array): string {
  const { status, stdout, stderr, error } = run(cwd, args, input);
  if (status === 0) return stdout;
  throw new ServingError('GIT_INDEX_FAILED', `git ${args[0]} failed in ${cwd}: ${whyOf(stderr, error)}`);
}

function whyOf(stderr: string | null, error: Error | undefined): string {
  return (stderr || error?.message || '').trim();
}

/** What is said where Git cannot be asked: it depends on what was done already. */
export interface Unknown {
  readonly code: 'TREE_UNKNOWN' | 'GIT_INDEX_FAILED';
  readonly hint?: string;
}

/**
 * The work tree a folder lies in; null where there is none.
 * @throws TREE_UNKNOWN where there is one, to all appearance, and Git refuses it (it is somebody else's, say) or is not there
 */
export function workTreeOf(root: string, { code, ...options }: Unknown = { code: 'TREE_UNKNOWN' }): WorkTree | null {
  const { status, stdout, stderr, error } = run(root, ['rev-parse', '--show-toplevel', '--show-prefix']);
  if (status === 0) {
    const [top = '', prefix = ''] = stdout.split('\n');
    return { top, prefix };
  }
  if (!liesBelowGit(root)) return null;
  throw new ServingError(code, `Git does not say what is in a commit in ${root}: ${whyOf(stderr, error)}`, options);
}

function liesBelowGit(folder: string): boolean {
  return existsSync(join(folder, '.git')) || (dirname(folder) !== folder && liesBelowGit(dirname(folder)));
}

/** A path that differs from the last commit. */
export interface Uncommitted {
  /** Relative to the top of the work tree. */
  readonly path: string;
  readonly isUnmerged: boolean;
  /** Whether the index has all of it, conflicts apart: then it is part of what will be committed. */
  readonly isStaged: boolean;
}

const UNMERGED = /^(DD|AU|UD|UA|DU|AA|UU)/;

/** What differs from the last commit below a folder, untracked files included. */
export function uncommitted(root: string): Uncommitted[] {
  const asked = ['status', '--porcelain=v1', '-z', '--no-renames', '--untracked-files=normal', '--', '.'];
  const { status, stdout, stderr } = run(root, asked);
  if (status !== 0) throw new ServingError('TREE_UNKNOWN', `git status failed in ${root}: ${stderr.trim()}`);
  return stdout
    .split('\0')
    .filter(Boolean)
    .map((line) => {
      const isUnmerged = UNMERGED.test(line);
      return { path: line.slice(3), isUnmerged, isStaged: !isUnmerged && line[1] === ' ' };
    });
}

/** The files below a folder that Git has or would take, relative to it; null where Git does not tell, or knows of none. */
export function listFiles(root: string): string[] | null {
  const asked = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', '.'];
  const { status, stdout } = run(root, asked);
  // A file in conflict is listed once for each side.
  const files = new Set(status === 0 ? stdout.split('\0').filter(Boolean) : []);
  return files.size === 0 ? null : [...files];
}

/** @param filters the path whose filters (ends of line, say) make of the work tree's form what Git stores */
function blob(top: string, file: FileState, filters: string | null): string | null {
  const bytes = file.bytes();
  const options = filters === null ? [] : [`--path=${filters}`];
  return bytes === null ? null : must(top, ['hash-object', '-w', '--stdin', ...options], bytes).trim();
}

const ZERO = '0'.repeat(40);

/** Puts all sides of conflicts into Git's store and returns what makes its index show them as a merge of Git's would. */
export function stagesOf({ top, prefix }: WorkTree, conflicts: readonly Sides[]): string {
  return conflicts
    .flatMap(({ path, ...sides }) =>
      ([sides.base, sides.yours, sides.theirs] as const).flatMap((file, index) => {
        const hash = file && blob(top, file, file === sides.yours ? prefix + path : null);
        return hash ? [`100${file.mode.toString(8)} ${hash} ${index + 1}\t${prefix}${path}\0`] : [];
      }),
    )
    .join('');
}

/** Entries as they were kept in a file, of the paths in question alone. */
function entriesOf({ prefix }: WorkTree, paths: readonly string[], kept: string): string {
  const own = new Set(paths.map((path) => `${prefix}${path}`));
  const entries = kept.split('\0').filter((entry) => own.has(entry.slice(entry.indexOf('\t') + 1)));
  return entries.map((entry) => `${entry}\0`).join('');
}

/** Gives the index other entries for some paths, conflicts of a merge among them; paths that have none are forgotten. */
export function replaceEntries(tree: WorkTree, paths: readonly string[], entries: string): void {
  const removals = paths.map((path) => `0 ${ZERO}\t${tree.prefix}${path}\0`).join('');
  if (removals !== '')
    must(tree.top, ['update-index', '-z', '--index-info'], removals + entriesOf(tree, paths, entries));
}

/** What the index holds for some paths, in a form that `replaceEntries` takes. */
export function readIndex({ top, prefix }: WorkTree, paths: readonly string[]): string {
  if (paths.length === 0) return '';
  return must(top, ['ls-files', '--stage', '-z', '--', ...paths.map((path) => `:(top,literal)${prefix}${path}`)]);
}

/** Which of some paths Git ignores, whether the index holds them or not. No path may lead through a symlink. */
export function ignoredBy({ top, prefix }: WorkTree, paths: readonly string[]): Set<string> {
  if (paths.length === 0) return new Set();
  const input = paths.map((path) => `${prefix}${path}\0`).join('');
  const { status, stdout, stderr, error } = run(top, ['check-ignore', '--no-index', '-z', '--stdin'], input);
  // 1 means that none of them is ignored.
  if (status !== 0 && status !== 1) {
    throw new ServingError('GIT_INDEX_FAILED', `git check-ignore failed in ${top}: ${whyOf(stderr, error)}`);
  }
  return new Set(
    stdout
      .split('\0')
      .filter(Boolean)
      .map((path) => path.slice(prefix.length)),
  );
}

/** Which of some paths the last commit holds; none where there is no commit yet. */
export function committed({ top, prefix }: WorkTree, paths: readonly string[]): Set<string> {
  if (paths.length === 0) return new Set();
  const { status, stdout } = run(top, [
    'ls-tree',
    '-z',
    '--name-only',
    'HEAD',
    '--',
    ...paths.map((path) => prefix + path),
  ]);
  if (status !== 0) return new Set();
  return new Set(
    stdout
      .split('\0')
      .filter(Boolean)
      .map((path) => path.slice(prefix.length)),
  );
}

/** A path in conflict as one side has it. */
export interface Unmerged {
  readonly path: string;
  /** 1 the ancestor, 2 ours, 3 theirs. */
  readonly stage: number;
  /** Of the object in Git's store. */
  readonly hash: string;
}

/** What the index has in conflict in a folder of the repository. */
export function unmergedIn({ top, prefix }: WorkTree, folder: string): Unmerged[] {
  const listed = must(top, ['ls-files', '--unmerged', '-z', '--', `:(top,literal)${prefix}${folder}`]);
  return listed.split('\0').flatMap((entry) => {
    const [, hash = '', stage = '', path = ''] = /^\d+ ([0-9a-f]+) ([123])\t([\s\S]+)$/.exec(entry) ?? [];
    return path === '' ? [] : [{ path: path.slice(prefix.length), stage: Number(stage), hash }];
  });
}

/** The bytes of an object in Git's store. */
export function blobBytes({ top }: WorkTree, hash: string): Uint8Array {
  const { status, stdout, stderr } = spawnSync('git', [...CAREFUL, 'cat-file', 'blob', hash], {
    cwd: top,
    env: environment(),
    maxBuffer: LARGEST_OUTPUT,
  });
  if (status === 0) return stdout;
  throw new ServingError('GIT_INDEX_FAILED', `git cat-file failed in ${top}: ${stderr?.toString('utf8').trim()}`);
}

/** The paths that the index has in conflict, of some. */
export function unmergedOf(tree: WorkTree, paths: readonly string[]): string[] {
  const unmerged = must(tree.top, ['ls-files', '--unmerged', '-z', '--', '.']);
  return paths.filter((path) => unmerged.includes(`\t${tree.prefix}${path}\0`));
}

/**
 * Puts files of the work tree into the index, deletions too. This command does not look at what Git ignores, as `git add`
 * does: that refuses a file in conflict that is ignored and nevertheless in every commit.
 */
export function addToIndex({ top, prefix }: WorkTree, paths: readonly string[]): void {
  if (paths.length === 0) return;
  const input = paths.map((path) => `${prefix}${path}\0`).join('');
  must(top, ['update-index', '--add', '--remove', '-z', '--stdin'], input);
}
