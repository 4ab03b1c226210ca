import { join } from 'node:path';
import type { Tell } from '../app/job.ts';
import type { Disk } from '../apply/disk.ts';
import { layoutOf } from '../apply/layout.ts';
import { pathProblem } from '../project/path.ts';
import {
  addToIndex,
  committed,
  ignoredBy,
  readIndex,
  replaceEntries,
  stagesOf,
  unmergedOf,
  type WorkTree,
  workTreeOf,
} from './git.ts';
import type { Sides } from './plan.ts';
import { scanner } from './scan.ts';

/** What becomes of Git's index for the paths in conflict: kept in the transaction until they are resolved or it is undone. */
interface SavedIndex {
  readonly paths: readonly string[];
  /** What the index held. */
  readonly entries: string;
  /** What shows the conflicts, in the form that Git takes. */
  readonly stages: string;
}

const NAME = 'index.json';

function readSaved(root: string, disk: Disk): SavedIndex | null {
  const place = join(layoutOf(root).transaction, NAME);
  if (disk.entry(place)?.kind !== 'file') return null;
  try {
    const { paths, entries, stages } = JSON.parse(Buffer.from(disk.read(place)).toString('utf8')) as SavedIndex;
    const valid = typeof entries === 'string' && typeof stages === 'string' && Array.isArray(paths);
    const safe = valid && paths.every((path) => typeof path === 'string' && pathProblem(path) === null);
    return safe ? { paths, entries, stages } : null;
  } catch {
    return null;
  }
}

/** Git's index is a help for merge tools; without it the conflicts still stand in the files and in the record. */
export function showToGit<T>(tell: Tell, work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    tell(`Git was not told of the conflicts: ${(error as Error).message}`);
    return null;
  }
}

/** The paths among index entries in the form of `git ls-files --stage`. */
function pathsIn(entries: string, { prefix }: WorkTree): Set<string> {
  const names = entries.split('\0').filter(Boolean);
  return new Set(names.map((entry) => entry.slice(entry.indexOf('\t') + 1 + prefix.length)));
}

/**
 * The conflicts that Git can show. Where the user has a symlink or a folder there is no file to compare, and an entry below
 * a symlink would replace that of the symlink. What is ignored and in no index never enters Git: it could hold a secret.
 */
function shownToGit(tree: WorkTree, sides: readonly Sides[]): Sides[] {
  const files = sides.filter(({ yours }) => yours !== null);
  const paths = files.map(({ path }) => path);
  const tracked = pathsIn(readIndex(tree, paths), tree);
  const ignored = ignoredBy(tree, paths);
  return files.filter(({ path }) => tracked.has(path) || !ignored.has(path));
}

/**
 * Works out how the conflicts will be shown to Git, and puts all three sides into its store: before the work tree changes,
 * so that a process that dies on the way leaves it to the next one.
 * @returns notes for the transaction
 */
export function prepareStages(root: string, sides: readonly Sides[]): Map<string, Uint8Array> {
  const tree = sides.length === 0 ? null : workTreeOf(root);
  if (tree === null) return new Map();
  const shown = shownToGit(tree, sides);
  if (shown.length === 0) return new Map();
  const paths = shown.map(({ path }) => path);
  const saved: SavedIndex = { paths, entries: readIndex(tree, paths), stages: stagesOf(tree, shown) };
  return new Map([[NAME, Buffer.from(JSON.stringify(saved))]]);
}

/** Shows the conflicts to Git, unless they are shown already or somebody has begun to resolve them there. */
export function showConflicts(root: string, disk: Disk): void {
  const saved = readSaved(root, disk);
  const tree = saved && workTreeOf(root);
  if (saved === null || tree === null || readIndex(tree, saved.paths) !== saved.entries) return;
  replaceEntries(tree, saved.paths, saved.stages);
}

/**
 * Gives the index back what it held, where it was changed.
 * @throws TREE_UNKNOWN where Git cannot be asked
 */
export function unstageConflicts(root: string, disk: Disk): void {
  const saved = readSaved(root, disk);
  const hint = 'Mend what Git reports, then run create-ml-serving regenerate --abort again.';
  const tree = saved && workTreeOf(root, { code: 'TREE_UNKNOWN', hint });
  if (saved !== null && tree !== null) replaceEntries(tree, saved.paths, saved.entries);
}

/**
 * Makes what is in the work tree the resolution of the conflicts that the index still has. Where no file can be added (the
 * path has become a folder, or leads through a symlink) and where Git ignores what no commit holds, the entries are removed.
 * @throws GIT_INDEX_FAILED
 */
export function stageResolved(tree: WorkTree, { root, disk, paths }: Resolved): void {
  const open = unmergedOf(tree, paths);
  if (open.length === 0) return;
  const scan = scanner(root, disk, () => 0o644);
  const isAddable = (path: string) => [undefined, 'file', 'symlink'].includes(scan(path)?.kind);
  const addable = open.filter(isAddable);
  const known = committed(tree, addable);
  const ignored = ignoredBy(
    tree,
    addable.filter((path) => !known.has(path)),
  );
  const added = addable.filter((path) => !ignored.has(path));
  replaceEntries(
    tree,
    open.filter((path) => !added.includes(path)),
    '',
  );
  addToIndex(tree, added);
}

/** Paths of a repository whose conflicts are resolved. */
export interface Resolved {
  readonly root: string;
  readonly disk: Disk;
  readonly paths: readonly string[];
}
