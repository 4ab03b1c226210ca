import type { Mode, Owner } from '../tree.ts';
import type { Carry } from './carry.ts';
import {
  type ContentConflict,
  type ContentMerge,
  type Contents,
  isMergedByKey,
  mergeContents,
  missingIn,
} from './contents.ts';
import { type FileState, sameFile, type Triple } from './states.ts';
import type { KeyConflict } from './structured.ts';
import { type Decision, decide, decideOwned } from './table.ts';
import { decodeText, threeWay } from './text.ts';
import { hasMarkers, type Labels } from './text-merge.ts';

/** What comes of one path. */
export interface Outcome {
  readonly path: string;
  /** Where the person's file stands, when the template has moved it. */
  readonly from: string | null;
  readonly owner: Owner;
  readonly decision: Decision;
  /** What is to stand at the path afterwards, where that is not what stands there. */
  readonly write: { readonly bytes: Uint8Array; readonly mode: Mode } | null;
  /** Paths whose files go away. */
  readonly remove: readonly string[];
  readonly conflict: ContentConflict | null;
  /** What was decided inside the file, for a person. */
  readonly notes: readonly string[];
  /** What the template has and the file has not, because it was removed or could not be merged earlier. */
  readonly missing: readonly KeyConflict[];
  readonly reinstall: boolean;
}

export interface PathCase extends Triple {
  readonly path: string;
  /** Where base and yours stand, when the template has moved the file. */
  readonly from: string | null;
  readonly owner: Owner;
  /** Whether the team has taken it over: then nothing of the template's is written to it. */
  readonly owned?: boolean;
  /** Whether what the person has removed, here or the file itself, is to come back. */
  readonly restores?: boolean;
  /** How the person's changes reach a file that has become another one. */
  readonly carry?: Carry;
}

type Result = Pick<Outcome, 'write' | 'remove' | 'conflict' | 'notes' | 'reinstall'>;

const NOTHING: Result = { write: null, remove: [], conflict: null, notes: [], reinstall: false };

function contentsOf(file: FileState): Uint8Array {
  const bytes = file.bytes();
  if (bytes === null) throw new Error('a file that is to be written has no contents');
  return bytes;
}

function fileOf(file: FileState): Outcome['write'] {
  return { bytes: contentsOf(file), mode: file.mode };
}

function conflictKeeping(reason: ContentConflict['reason']): Result {
  return { ...NOTHING, conflict: { reason, markers: false, keys: [] } };
}

/** Null where there is nothing that carries changes over, or it leaves them to the merge of lines. */
function carried(carry: Carry | undefined, contents: Contents, labels: Labels): ContentMerge | null {
  const [base, yours, theirs] = [contents.base, contents.yours, contents.theirs].map(
    (side) => side && decodeText(side),
  );
  if (carry === undefined || typeof base !== 'string' || typeof yours !== 'string' || typeof theirs !== 'string')
    return null;
  const result = hasMarkers(yours) ? null : carry({ base, yours, theirs, labels });
  if (result === null) return null;
  const conflict = result.conflicts === 0 ? null : ({ reason: 'both-changed', markers: true, keys: [] } as const);
  return { bytes: Buffer.from(result.text), conflict, notes: result.notes, reinstall: false };
}

function mergeFiles({ path, base, yours, theirs, restores = false, carry }: PathCase, labels: Labels): Result {
  const [own, its] = [yours as FileState, theirs as FileState];
  const contents = { base: base?.bytes() ?? null, yours: contentsOf(own), theirs: contentsOf(its), restores };
  const merged = carried(carry, contents, labels) ?? mergeContents(path, contents, labels);
  const mode = base === null ? own.mode : threeWay(base.mode, own.mode, its.mode);
  const { bytes, conflict, notes, reinstall } = merged;
  return { write: { bytes, mode }, remove: [], conflict, notes, reinstall };
}

function resultOf(decision: Decision, path: PathCase, labels: Labels): Result {
  switch (decision) {
    case 'add':
    case 'update':
      return { ...NOTHING, write: fileOf(path.theirs as FileState) };
    case 'delete':
      return { ...NOTHING, remove: [path.from ?? path.path] };
    case 'merge':
    case 'conflict-both-added':
      return mergeFiles(path, labels);
    case 'conflict-in-the-way':
      return conflictKeeping('in-the-way');
    default:
      return NOTHING;
  }
}

/** A file that moved is written at its new place even where its contents stay. */
function moved(result: Result, { from, yours }: PathCase): Result {
  if (from === null || yours?.kind !== 'file') return result;
  return { ...result, write: result.write ?? fileOf(yours), remove: [from] };
}

function isNoChange(write: Outcome['write'], { yours, from }: PathCase): boolean {
  if (write === null || from !== null || yours?.kind !== 'file') return false;
  return write.mode === yours.mode && Buffer.compare(write.bytes, contentsOf(yours)) === 0;
}

function decisionOf(path: PathCase): Decision {
  return path.owned ? decideOwned(path) : decide(path, path.owner === 'seeded');
}

/** What was removed comes back: the file, or what is gone from one that is merged by key. */
function restoring(path: PathCase): Decision {
  const decision = decisionOf(path);
  if (path.owned) return path.theirs !== null && path.yours === null ? 'add' : decision;
  if (path.theirs !== null && (decision === 'stay-deleted' || decision === 'stay-deleted-changed')) return 'add';
  const isKept = decision === 'keep-edit' && path.owner !== 'seeded' && path.yours?.kind === 'file';
  return isKept && path.base !== null && path.theirs !== null ? 'merge' : decision;
}

function missingAfter(one: PathCase, decision: Decision, write: Outcome['write']) {
  const { path, owner, base, yours, theirs, owned = false } = one;
  const isMerged = owner !== 'seeded' && !owned && (decision === 'merge' || decision === 'keep-edit');
  if (!isMerged || base === null || yours?.kind !== 'file' || theirs === null || !isMergedByKey(path)) return [];
  const sides = { base: base.bytes(), yours: write?.bytes ?? contentsOf(yours), theirs: contentsOf(theirs) };
  return missingIn(path, sides);
}

/** Decides what happens with one path, and works out the contents where both sides changed it. */
export function resolvePath(path: PathCase, labels: Labels): Outcome {
  const decision = path.restores ? restoring(path) : decisionOf(path);
  if (decision === 'impossible') throw new Error(`${path.path}: a combination that cannot be`);
  const result = moved(resultOf(decision, path, labels), path);
  const write = isNoChange(result.write, path) ? null : result.write;
  const missing = missingAfter(path, decision, write);
  return { path: path.path, from: path.from, owner: path.owner, decision, ...result, missing, write };
}

/** Whether a person has changed, removed or replaced what the template wrote. */
export function isEdited({ base, yours }: Triple): boolean {
  return base !== null && (yours?.kind !== 'file' || !sameFile(base, yours));
}
