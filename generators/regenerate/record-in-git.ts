import type { Tell } from '../app/job.ts';
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

/** What Git's index has in conflict in the record; nothing where Git cannot be asked. */
function conflictsInRecord(root: string): { readonly tree: WorkTree; readonly unmerged: readonly Unmerged[] } | null {
  try {
    const tree = workTreeOf(root);
    const unmerged = tree === null ? [] : unmergedIn(tree, RECORD_FOLDER);
    return tree === null || unmerged.length === 0 ? null : { tree, unmerged };
  } catch {
    return null;
  }
}

/** The record as each side of an unfinished merge has it; null where Git has no conflict in it. */
export function recordSides(root: string, disk: Disk = nodeDisk): RecordSides | null {
  const found = conflictsInRecord(root);
  if (found === null) return null;
  const files = plainFiles(root, disk);
  const side = (stage: number) => sideOf(found.tree, found.unmerged, stage, files);
  return { ancestor: side(STAGES.ancestor), ours: side(STAGES.ours), theirs: side(STAGES.theirs) };
}

/** Makes the record in the work tree the resolution of its conflicts in Git's index, so that the merge can be committed. */
export function stageRecord(root: string, disk: Disk, tell: Tell): void {
  const found = conflictsInRecord(root);
  if (found === null) return;
  const paths = [...new Set(found.unmerged.map(({ path }) => path))];
  try {
    stageResolved(found.tree, { root, disk, paths });
  } catch (error) {
    tell(`The record is written, but not in Git's index; run git add ${RECORD_FOLDER}: ${(error as Error).message}`);
  }
}
