import type { Disk } from '../apply/disk.ts';
import { nodeDisk } from '../apply/node-disk.ts';
import { RECORD_FOLDER } from '../project/manifest.ts';
import type { RecordSides } from '../project/merge-sides.ts';
import type { PlainFiles } from '../project/plain-files.ts';
import { blobBytes, type Unmerged, unmergedIn, type WorkTree, workTreeOf } from './git.ts';
import { stageResolved } from './index-stages.ts';
import { plainFiles } from './scan.ts';

const STAGES = { ancestor: 1, ours: 2, theirs: 3 } as const;

/** The files as one side has them: by Git's index where they are in conflict, else those of the work tree. */
function sideOf(tree: WorkTree, unmerged: readonly Unmerged[], stage: number, files: PlainFiles): PlainFiles {
  const inConflict = new Set(unmerged.map(({ path }) => path));
  const hashes = new Map(unmerged.filter((one) => one.stage === stage).map(({ path, hash }) => [path, hash]));
  const bytes = (path: string) => {
    const hash = hashes.get(path);
    return hash === undefined ? null : blobBytes(tree, hash);
  };
  return {
    read: (path) => (inConflict.has(path) ? bytes(path) : files.read(path)),
    has: (path) => (inConflict.has(path) ? hashes.has(path) : files.has(path)),
    size: (path) => (inConflict.has(path) ? (bytes(path)?.length ?? null) : files.size(path)),
  };
}

/** The record as each side of an unfinished merge has it; null where Git has no conflict in it, or cannot be asked. */
export function recordSides(root: string, disk: Disk = nodeDisk): RecordSides | null {
  try {
    const tree = workTreeOf(root);
    const unmerged = tree === null ? [] : unmergedIn(tree, RECORD_FOLDER);
    if (tree === null || unmerged.length === 0) return null;
    const files = plainFiles(root, disk);
    return {
      ancestor: sideOf(tree, unmerged, STAGES.ancestor, files),
      ours: sideOf(tree, unmerged, STAGES.ours, files),
      theirs: sideOf(tree, unmerged, STAGES.theirs, files),
    };
  } catch {
    return null;
  }
}

/**
 * Makes the record in the work tree the resolution of its conflicts in Git's index, so that the merge can be committed.
 * @throws GIT_INDEX_FAILED
 */
export function stageRecord(root: string, disk: Disk): void {
  const tree = workTreeOf(root, { code: 'GIT_INDEX_FAILED' });
  if (tree === null) return;
  const paths = [...new Set(unmergedIn(tree, RECORD_FOLDER).map(({ path }) => path))];
  if (paths.length > 0) stageResolved(tree, { root, disk, paths });
}
