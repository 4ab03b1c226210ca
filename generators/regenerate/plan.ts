import type { Before, Change } from '../apply/change.ts';
import { type Outcome, resolvePath } from '../merge/outcome.ts';
import type { FileState, YoursState } from '../merge/states.ts';
import type { Labels } from '../merge/text-merge.ts';
import { movedPath } from '../migrations/migrate.ts';
import type { Migration } from '../migrations/migration.ts';
import { parentsOf } from '../project/path.ts';
import { type Case, caseOf, hasDrifted, type UpgradeInput, type Ways } from './case.ts';
import { formatSides } from './formatter/sides.ts';
import { keepNeeded } from './imports/keep-needed.ts';
import { ownCode } from './imports/own-code.ts';
import type { ImportRules } from './imports/rewrite.ts';
import { withEnds } from './line-ends.ts';
import { findMoves, type Moves } from './moves.ts';
import { type KeptChange, keptChange } from './ownership/kept.ts';
import { keepingOwned, type Ownership, ownershipOf } from './ownership/owned.ts';
import { findRenames, NO_RENAMES, type Renames } from './renames/find.ts';
import { remembered, type Scan } from './scan.ts';

/** What an upgrade comes to, before anything is touched. */
export interface UpgradePlan {
  readonly outcomes: readonly PlannedOutcome[];
  /** Changes to the files of the repository; those of its record come on top. */
  readonly changes: readonly Change[];
  /** The three sides of each conflict, for tools that show them. */
  readonly sides: readonly Sides[];
  /** Managed files that were edited, removed or replaced since the template wrote them. */
  readonly drift: readonly string[];
  /** Where the user has files of the new template, by the template's path; what is at its own path is not among them. */
  readonly places: ReadonlyMap<string, string>;
  /** Files of the new template that the team owns, by the template's path. */
  readonly owned: ReadonlySet<string>;
  readonly ownership: Ownership;
}

/** What comes of one path, and what there is to say about a move of the user's. */
export interface PlannedOutcome extends Outcome {
  readonly moved: UserMove | null;
  /** Files that it may have become, where that is not clear. */
  readonly candidates: readonly string[];
  /** What the template has changed in a file that the team owns; null where there is nothing of the kind. */
  readonly kept: KeptChange | null;
}

/** A file of the template that the user has at another path, or a new one whose folder the user has moved. */
export interface UserMove {
  /** The template's path. */
  readonly template: string;
  /** What the contents have in common with the template's, in per cent, where the move was found by this upgrade; else null. */
  readonly percent: number | null;
  /** The outermost folder that the user has moved it with; null where it was moved by itself. */
  readonly folder: { readonly from: string; readonly to: string } | null;
}

/** A path in conflict, as each side has it. */
export interface Sides {
  readonly path: string;
  readonly base: FileState | null;
  /** With the ends of line of the work tree. */
  readonly yours: FileState | null;
  readonly theirs: FileState | null;
}

/** Whether what stands in the way goes away by this very plan. */
function isVacated(yours: YoursState, removed: ReadonlySet<string>): boolean {
  if (yours?.kind === 'blocked') return removed.has(yours.by);
  return yours?.kind === 'folder' && yours.files().every((path) => removed.has(path));
}

function resolveCase(path: Case, labels: Labels): Outcome {
  const outcome = resolvePath(path, labels);
  const { yours, found, ends } = path;
  const isKept = outcome.write === null && outcome.remove.length === 0;
  const rewritten = isKept && path.isRewritten && yours?.kind === 'file' ? yours : null;
  const write = rewritten ? { bytes: rewritten.bytes() as Uint8Array, mode: rewritten.mode } : outcome.write;
  if (write === null || ends === null) return { ...outcome, write };
  const bytes = withEnds(write.bytes, ends);
  const stays = found?.kind === 'file' && path.from === null && found.mode === write.mode && isSameAs(found, bytes);
  return { ...outcome, write: stays ? null : { ...write, bytes } };
}

function isSameAs(file: FileState, bytes: Uint8Array): boolean {
  return Buffer.compare(file.bytes() as Uint8Array, bytes) === 0;
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

function sidesOf({ path, base, yours, theirs, ends }: Case): Sides {
  if (yours?.kind !== 'file') return { path, base, yours: null, theirs };
  return { path, base, yours: { ...yours, bytes: () => withEnds(yours.bytes() as Uint8Array, ends) }, theirs };
}

function renamesOf({ record, theirs, due, scan, files }: UpgradeInput): Renames {
  if (files === undefined) return NO_RENAMES;
  const targetOf = (path: string) => movedPath(due, path);
  return findRenames({ record, scan, files, targetOf, isTheirs: (path) => theirs.has(path) });
}

function withUserMove(
  outcome: Outcome,
  { path, template, formattedBy, hasFollowed, owned = false, base, theirs }: Case,
  { moves, renames }: Ways,
  due: readonly Migration[],
): PlannedOutcome {
  const origin = moves.origins.get(template) ?? template;
  const candidates = renames.ambiguous.get(origin) ?? [];
  const from = parentsOf(origin).find((parent) => renames.folders.has(parent));
  const to = from === undefined ? undefined : renames.folders.get(from);
  const folder = from !== undefined && to !== undefined ? { from, to } : null;
  const moved = path === template ? null : { template, percent: renames.found.get(origin) ?? null, folder };
  const follows = hasFollowed && outcome.decision !== 'update' && outcome.write !== null;
  const notes = [
    ...outcome.notes,
    ...(outcome.decision.endsWith('-removed') ? removedNotes(due, outcome.path) : []),
    ...(owned && moved !== null && origin === path
      ? [`the template has moved it to ${template}, yours stays here`]
      : []),
    ...(follows ? ['its imports follow the files that have moved'] : []),
    ...(formattedBy === undefined ? [] : [`formatted by ${formattedBy}`]),
  ];
  const kept = outcome.decision === 'keep-owned' && theirs !== null ? keptChange(base, theirs) : null;
  return { ...outcome, moved, candidates, notes, kept };
}

function removedNotes(due: readonly Migration[], path: string): string[] {
  const notes = due.flatMap((one) => Object.entries(one.removedNotes ?? {}));
  return notes.filter(([folder]) => path.startsWith(folder)).map(([, note]) => note);
}

function importsOf(due: readonly Migration[], { origins }: Moves): ImportRules | null {
  const importAs = due.map((one) => one.importAs).findLast((one) => one !== undefined);
  if (importAs === undefined) return null;
  return { importAs, moved: new Map([...origins].map(([to, from]) => [from, to])) };
}

/** Plans an upgrade: what becomes of every path that the last or the new template has. Nothing else is looked at. */
export function planUpgrade(given: UpgradeInput): UpgradePlan {
  const input = { ...given, scan: remembered(given.scan) };
  const found = renamesOf(input);
  const ownership = ownershipOf(input, found);
  const renames = keepingOwned(found, ownership, input);
  // Where the template has another file at the path of one that the team owns, the team's is that one.
  const movable = Object.keys(input.record.manifest?.files ?? {}).filter(
    (path) => !(ownership.isOwned(path) && input.theirs.has(path)),
  );
  const moves = findMoves(movable, { ...input, places: renames.places });
  const known = Object.keys(input.record.manifest?.files ?? {}).filter((path) => !moves.leaving.has(path));
  const paths = new Set([...known, ...input.theirs.keys()]);
  const restores = (path: string, place: string) => input.restored?.has(path) || input.restored?.has(place) || false;
  const ways: Ways = { moves, renames, ownership, imports: importsOf(input.due, moves) };
  const cases = [...paths].map((path) => {
    const sides = formatSides(caseOf(input, path, ways), input.formatters ?? []);
    return { ...sides, restores: restores(path, sides.path) };
  });
  cases.push(...ownCode(input, ways).map((one) => ({ ...one, restores: false })));
  const byPath = new Map(cases.map((path) => [path.path, path]));
  const resolved = keepNeeded(resolveAll(cases, input.labels), byPath, input, ways);
  const outcomes = resolved.map((outcome) => {
    return withUserMove(outcome, byPath.get(outcome.path) as Case, ways, input.due);
  });
  const drift = cases.filter(hasDrifted);
  const conflicting = new Set(outcomes.filter(({ conflict }) => conflict !== null).map(({ path }) => path));
  const sides = cases.filter(({ path }) => conflicting.has(path)).map(sidesOf);
  const places = cases.flatMap(({ path, template, theirs }): [string, string][] =>
    path === template || theirs === null ? [] : [[template, path]],
  );
  return {
    outcomes,
    changes: changesOf(outcomes, input.scan),
    sides,
    drift: drift.map(({ path }) => path).sort(),
    places: new Map(places),
    owned: new Set(cases.filter(({ owned, theirs }) => owned && theirs !== null).map(({ template }) => template)),
    ownership,
  };
}
