import type { Before, Change } from '../apply/change.ts';
import { sha256 } from '../apply/hash.ts';
import { isEdited, type Outcome, type PathCase, resolvePath } from '../merge/outcome.ts';
import type { FileState, YoursState } from '../merge/states.ts';
import { decodeText } from '../merge/text.ts';
import type { Labels } from '../merge/text-merge.ts';
import { isRewritten, migrateText } from '../migrations/migrate.ts';
import type { Migration } from '../migrations/migration.ts';
import type { ProjectRecord } from '../project/read-record.ts';
import type { Tree } from '../render/tree.ts';
import { findMoves, type Moves } from './moves.ts';
import type { Scan } from './scan.ts';

export interface UpgradeInput {
  readonly record: Pick<ProjectRecord, 'manifest' | 'base'>;
  readonly theirs: Tree;
  readonly due: readonly Migration[];
  readonly scan: Scan;
  readonly labels: Labels;
}

/** What an upgrade comes to, before anything is touched. */
export interface UpgradePlan {
  readonly outcomes: readonly Outcome[];
  /** Changes to the files of the repository; those of its record come on top. */
  readonly changes: readonly Change[];
  /** The three sides of each conflict, for tools that show them. */
  readonly sides: readonly Sides[];
  /** Managed files that were edited, removed or replaced since the template wrote them. */
  readonly drift: readonly string[];
}

/** A path in conflict, as each side has it. */
export interface Sides {
  readonly path: string;
  readonly base: FileState | null;
  readonly yours: FileState | null;
  readonly theirs: FileState | null;
}

interface Case extends PathCase {
  /** What stands on the disk, before any migration of its text. */
  readonly found: YoursState;
}

function baseOf(record: UpgradeInput['record'], path: string): FileState | null {
  const entry = record.manifest?.files[path];
  if (entry === undefined) return null;
  const mode = entry.mode === '755' ? 0o755 : 0o644;
  return { kind: 'file', sha256: entry.sha256, mode, bytes: () => record.base(entry.sha256) };
}

/** Takes a file through the migrations of its text. Unknown contents and files that are not text stay as they are. */
function migrated<T extends YoursState>(file: T, path: string, due: readonly Migration[]): T {
  if (file?.kind !== 'file' || !isRewritten(due, path)) return file;
  const bytes = file.bytes();
  const text = bytes && decodeText(bytes);
  if (text === null) return file;
  // A migration need not know how lines end on this machine.
  const windows = text.includes('\r\n') && !/(^|[^\r])\n/.test(text);
  const plain = migrateText(due, path, windows ? text.replaceAll('\r\n', '\n') : text);
  const rewritten = windows ? plain.replaceAll('\n', '\r\n') : plain;
  if (rewritten === text) return file;
  const fresh = Buffer.from(rewritten);
  return { ...file, sha256: sha256(fresh), bytes: () => fresh };
}

function caseOf(input: UpgradeInput, path: string, moves: Moves): Case {
  const { record, theirs, due } = input;
  const file = theirs.get(path);
  const its: FileState | null = file
    ? { kind: 'file', sha256: sha256(file.bytes), mode: file.mode, bytes: () => file.bytes }
    : null;
  const from = moves.origins.get(path) ?? null;
  const origin = from ?? path;
  const owner = file?.owner ?? record.manifest?.files[path]?.owner ?? 'merged';
  // What stands here belongs to the path it moves to.
  if (from === null && moves.leaving.has(path)) {
    return { path, from, owner, base: null, yours: null, theirs: its, found: null };
  }
  const here = moves.leaving.has(path) ? null : input.scan(path);
  const there = from === null ? null : input.scan(from);
  const found = there ?? here;
  const base = migrated(baseOf(record, origin), origin, due);
  return { path, from: there && from, owner, base, yours: migrated(found, origin, due), theirs: its, found };
}

/** Whether what stands in the way goes away by this very plan. */
function isVacated(yours: YoursState, removed: ReadonlySet<string>): boolean {
  if (yours?.kind === 'blocked') return removed.has(yours.by);
  return yours?.kind === 'folder' && yours.files().every((path) => removed.has(path));
}

function resolveCase(path: Case, labels: Labels): Outcome {
  const outcome = resolvePath(path, labels);
  const isMigrated = path.yours?.kind === 'file' && path.yours !== path.found;
  if (outcome.write !== null || !isMigrated || outcome.remove.length > 0) return outcome;
  const { bytes, mode } = path.yours as FileState;
  return { ...outcome, write: { bytes: bytes() as Uint8Array, mode } };
}

/** First all paths whose place is free or a file's; then those that wait for another's removal. */
function resolveAll(cases: readonly Case[], labels: Labels): Outcome[] {
  const waits = ({ yours }: Case) => yours?.kind === 'blocked' || yours?.kind === 'folder';
  const first = cases.filter((path) => !waits(path)).map((path) => resolveCase(path, labels));
  const removed = new Set(first.flatMap((outcome) => outcome.remove));
  const second = cases.filter(waits).map((path) => {
    const free = isVacated(path.yours, removed);
    return resolveCase(free ? { ...path, yours: null, found: null } : path, labels);
  });
  return [...first, ...second].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function changesOf(outcomes: readonly Outcome[], scan: Scan): Change[] {
  const written = new Set(outcomes.filter(({ write }) => write !== null).map(({ path }) => path));
  const before = (path: string): Before => {
    const state = scan(path);
    return state?.kind === 'file' ? { sha256: state.sha256, mode: state.mode } : 'absent';
  };
  return outcomes.flatMap(({ path, write, remove }): Change[] => [
    ...remove.flatMap((gone): Change[] => {
      const state = before(gone);
      return state === 'absent' || written.has(gone) ? [] : [{ kind: 'delete', path: gone, before: state }];
    }),
    ...(write === null ? [] : [{ kind: 'write' as const, path, ...write, before: before(path) }]),
  ]);
}

function sidesOf({ path, base, yours, theirs }: Case): Sides {
  return { path, base, yours: yours?.kind === 'file' ? yours : null, theirs };
}

/** The scan with a memory: every path is looked at once, and all of a plan speaks of the same moment. */
function remembered(scan: Scan): Scan {
  const seen = new Map<string, YoursState>();
  return (path) => {
    const known = seen.get(path);
    if (known !== undefined) return known;
    const state = scan(path);
    seen.set(path, state);
    return state;
  };
}

/** A Windows checkout gives every line another end; that is nobody's edit. */
function isOnlyLineEnds({ base, found }: Case): boolean {
  if (base === null || found?.kind !== 'file' || base.mode !== found.mode) return false;
  const [old, own] = [base.bytes(), found.bytes()].map((bytes) => bytes && decodeText(bytes));
  return typeof old === 'string' && typeof own === 'string' && old === own.replaceAll('\r\n', '\n');
}

/** Plans an upgrade: what becomes of every path that the last or the new template has. Nothing else is looked at. */
export function planUpgrade(given: UpgradeInput): UpgradePlan {
  const input = { ...given, scan: remembered(given.scan) };
  const moves = findMoves(Object.keys(input.record.manifest?.files ?? {}), input);
  const known = Object.keys(input.record.manifest?.files ?? {}).filter((path) => !moves.leaving.has(path));
  const paths = new Set([...known, ...input.theirs.keys()]);
  const cases = [...paths].map((path) => caseOf(input, path, moves));
  const outcomes = resolveAll(cases, input.labels);
  const drift = cases.filter((path) => path.owner === 'managed' && isEdited(path) && !isOnlyLineEnds(path));
  const conflicting = new Set(outcomes.filter(({ conflict }) => conflict !== null).map(({ path }) => path));
  const sides = cases.filter(({ path }) => conflicting.has(path)).map(sidesOf);
  return { outcomes, changes: changesOf(outcomes, input.scan), sides, drift: drift.map(({ path }) => path).sort() };
}
