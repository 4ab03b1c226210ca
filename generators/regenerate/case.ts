import { sha256 } from '../hash.ts';
import { isEdited, type PathCase } from '../merge/outcome.ts';
import type { FileState, YoursState } from '../merge/states.ts';
import { decodeText } from '../merge/text.ts';
import type { Labels } from '../merge/text-merge.ts';
import { isRewritten, migrateText } from '../migrations/migrate.ts';
import type { Migration } from '../migrations/migration.ts';
import type { ProjectRecord } from '../project/read-record.ts';
import type { Owner, Tree } from '../tree.ts';
import type { Formatter } from './formatter/run.ts';
import { type ImportRules, isCode, type Place, rewriteImports } from './imports/rewrite.ts';
import { type WorkTreeEnds, workTreeEnds } from './line-ends.ts';
import type { Moves } from './moves.ts';
import type { Ownership } from './ownership/owned.ts';
import type { OwnershipRequest } from './ownership/request.ts';
import type { Renames } from './renames/find.ts';
import type { Scan } from './scan.ts';

export interface UpgradeInput {
  readonly record: Pick<ProjectRecord, 'manifest' | 'base'>;
  readonly theirs: Tree;
  readonly due: readonly Migration[];
  readonly scan: Scan;
  readonly labels: Labels;
  /** Seeded files that are the template's still, and are replaced with the interface they belong to. */
  readonly renewed?: ReadonlySet<string>;
  /** All files of the repository, for those of the template that are missing; none are searched where it is not given. */
  readonly files?: () => readonly string[];
  /** Those of the repository, by which the template's sides are formatted before a merge. */
  readonly formatters?: readonly Formatter[];
  /** Seeded files that the team has never edited and that get the new contents. */
  readonly reseeded?: ReadonlySet<string>;
  /** Files that are to have again what was removed from them. */
  readonly restored?: ReadonlySet<string>;
  /** Files that are handed to the team, or taken back. */
  readonly ownership?: OwnershipRequest;
}

/** One path with its three sides. */
export interface Case extends PathCase {
  /** The template's path for it, where the user has moved the file, or the folder of a new one. */
  readonly template: string;
  /** What is on the disk: `yours` is it with the template's ends of line, and after the migrations of its text. */
  readonly found: YoursState;
  /** Whether a migration has changed its text. */
  readonly isRewritten: boolean;
  /** Whether imports in it follow files that have moved. */
  readonly hasFollowed?: boolean;
  /** The formatter that has brought base and theirs into the form of yours. */
  readonly formattedBy?: string;
  /** The ends of line to write. */
  readonly ends: WorkTreeEnds;
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

/** Whether a new file belongs to what the team has replaced. Such a file counts as one that the team has deleted. */
function isUnwanted({ record, due, scan }: UpgradeInput, path: string): boolean {
  const belonging = due.map(({ belongs }) => belongs?.[path]).find((one) => one !== undefined);
  if (belonging === undefined) return false;
  const text = (file: YoursState) => {
    const bytes = file?.kind === 'file' ? file.bytes() : null;
    return (bytes && decodeText(bytes)) ?? '';
  };
  return !belonging.stands(text(baseOf(record, belonging.to)), text(scan(belonging.to)));
}

/** Where files go: by moves of the template, and by those of the user, which count before them. */
export interface Ways {
  readonly moves: Moves;
  readonly renames: Renames;
  readonly ownership: Ownership;
  /** How imports follow; null where they stay. */
  readonly imports: ImportRules | null;
}

/** The imports of a file of code follow what moves, and the file itself. */
export function following<T extends YoursState>(file: T, place: Place, imports: ImportRules | null): T {
  if (file?.kind !== 'file' || imports === null || !isCode(place.from)) return file;
  const bytes = file.bytes();
  const text = bytes && decodeText(bytes);
  if (text === null) return file;
  const rewritten = rewriteImports(text, place, imports);
  if (rewritten === text) return file;
  const fresh = Buffer.from(rewritten);
  return { ...file, sha256: sha256(fresh), bytes: () => fresh };
}

/** The place where the user has the file, or where a new one belongs because its folder was moved; null where it is the path itself. */
function userPlace({ record, theirs }: UpgradeInput, path: string, { moves, renames }: Ways): string | null {
  const origin = moves.origins.get(path) ?? path;
  // A new file of the template at a path whose old file the template has moved: that one has the user's place.
  const isVacated = origin === path && moves.leaving.has(path);
  const place = isVacated ? undefined : renames.places.get(origin);
  if (place !== undefined) return place;
  if (record.manifest?.files[origin] !== undefined) return null;
  const fresh = renames.placeOfNew(path);
  return fresh === null || theirs.has(fresh) || fresh in (record.manifest?.files ?? {}) ? null : fresh;
}

/**
 * A seeded file is the team's. Where the template hands one over that was its own so far, or that the team has never edited,
 * it is merged once more: the old contents would not fit the new template.
 */
function ownerOf({ record, theirs, renewed, reseeded }: UpgradeInput, path: string, origin: string): Owner {
  const [fresh, known] = [theirs.get(path)?.owner, record.manifest?.files[origin]?.owner];
  const isHandedOver = fresh === 'seeded' && known !== undefined && known !== 'seeded';
  if (isHandedOver || renewed?.has(path) || reseeded?.has(path)) return 'merged';
  return fresh ?? known ?? 'merged';
}

function carryOf(due: readonly Migration[], path: string): Pick<PathCase, 'carry'> {
  const carry = due.map(({ carries }) => carries?.[path]).findLast((one) => one !== undefined);
  return carry === undefined ? {} : { carry };
}

/**
 * Puts the three sides of a path together, moves and migrations of its text included.
 * @param path the new template's, or that of a file which it has no more
 */
export function caseOf(input: UpgradeInput, path: string, ways: Ways): Case {
  const { moves } = ways;
  const { record, theirs, due } = input;
  const file = theirs.get(path);
  const its: FileState | null = file
    ? { kind: 'file', sha256: sha256(file.bytes), mode: file.mode, bytes: () => file.bytes }
    : null;
  const from = moves.origins.get(path) ?? null;
  const origin = from ?? path;
  const owned = ways.ownership.isOwned(origin);
  const owner = ownerOf(input, path, origin);
  const place = userPlace(input, path, ways);
  // What is here belongs to the path it moves to, unless the user has that file elsewhere: then it is the user's own.
  const leaves = place === null && moves.leaving.has(path) && !ways.renames.places.has(path);
  const here = leaves ? null : input.scan(place ?? path);
  if (place === null && from === null && moves.leaving.has(path)) {
    const own = { base: null, yours: here, found: here, isRewritten: false, ends: null };
    return { path, template: path, from, owner, owned: false, theirs: its, ...own };
  }
  const there = from === null || place !== null ? null : input.scan(from);
  const found = there ?? here;
  const written = baseOf(record, origin);
  const isStaying = found?.kind === 'file' && isCode(origin) && (owned || found.sha256 !== written?.sha256);
  const imports = isStaying ? ways.imports : null;
  const known = following(migrated(written, origin, due), { from: origin, to: path }, imports);
  const base = known === null && found === null && isUnwanted(input, path) ? its : known;
  // A seeded file is never read: it may be a model of a gigabyte.
  const plain = found?.kind === 'file' && owner !== 'seeded' ? workTreeEnds(found, written, its) : null;
  const stored = plain?.file ?? found;
  const rewritten = migrated(stored, origin, due);
  const yours = following(rewritten, { from: place ?? origin, to: place ?? path }, imports);
  const ends = plain?.ends ?? null;
  return {
    path: place ?? path,
    template: path,
    from: there && from,
    owner,
    owned,
    base,
    yours,
    theirs: its,
    found,
    isRewritten: yours !== stored,
    hasFollowed: yours !== rewritten,
    ends,
    ...carryOf(due, path),
  };
}

/** Whether a managed file was edited, removed or replaced since the template wrote it. */
export function hasDrifted(path: Case): boolean {
  return path.owner === 'managed' && !path.owned && isEdited(path);
}
