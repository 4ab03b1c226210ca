import { ServingError } from '../errors.ts';
import { foldedPath, parentsOf, pathProblem } from '../project/path.ts';
import type { Change } from './change.ts';
import { LOCAL_FOLDER } from './layout.ts';

function refuseUnsafe(path: string): void {
  const problem = pathProblem(path);
  if (problem !== null) throw new ServingError('PATH_UNSAFE', `The path ${JSON.stringify(path)} holds ${problem}.`);
  const folded = foldedPath(path);
  if (folded === LOCAL_FOLDER || folded.startsWith(`${LOCAL_FOLDER}/`)) {
    throw new ServingError('PATH_UNSAFE', `The path ${path} lies in ${LOCAL_FOLDER}, which is this tool's own.`);
  }
}

/** Refuses spellings that name one place on a file system that ignores case: one of the two would vanish there. */
function claim(claims: Map<string, string>, path: string): void {
  const other = claims.get(foldedPath(path));
  if (other !== undefined && other !== path) {
    throw new ServingError('PLAN_COLLISION', `${other} and ${path} are the same place on a file system without case.`);
  }
  claims.set(foldedPath(path), path);
}

/** Refuses, from the plan alone, paths that lead out of the repository and paths that get into each other's way. */
export function refuseCollisions(changes: readonly Change[]): void {
  const seen = new Set<string>();
  const writes = changes.filter((change) => change.kind === 'write').map((change) => change.path);
  const files = new Map<string, string>();
  const folders = new Map<string, string>();
  for (const { path } of changes) {
    refuseUnsafe(path);
    if (seen.has(path)) throw new ServingError('PLAN_COLLISION', `The plan changes ${path} twice.`);
    seen.add(path);
  }
  for (const path of writes) {
    claim(files, path);
    for (const parent of parentsOf(path)) claim(folders, parent);
  }
  for (const [folded, path] of files) {
    const folder = folders.get(folded);
    if (folder === undefined) continue;
    throw new ServingError('PLAN_COLLISION', `The plan makes ${path} a file and ${folder} a folder.`);
  }
}
