import { movedPath } from '../../migrations/migrate.ts';
import type { Migration } from '../../migrations/migration.ts';
import type { ProjectRecord } from '../../project/read-record.ts';
import type { Tree } from '../../tree.ts';
import type { Renames } from '../renames/find.ts';
import type { Scan } from '../scan.ts';
import { isMeant, NO_REQUEST, type OwnershipRequest, requestedOwner } from './request.ts';

interface OwnershipInput {
  readonly record: Pick<ProjectRecord, 'manifest'>;
  readonly theirs: Tree;
  readonly due: readonly Migration[];
  readonly scan: Scan;
  readonly ownership?: OwnershipRequest;
}

/** One file of the last or of the new template, and whose it is. */
interface OwnedFile {
  /** The last template's path, or that of a new file. */
  readonly origin: string;
  /** Where the repository has it. */
  readonly place: string;
  /** All paths that it goes by. */
  readonly names: readonly string[];
  readonly isSeeded: boolean;
  readonly was: boolean;
  readonly is: boolean;
}

/** Whose the files of the template are in this run. */
export interface Ownership {
  /** By the last template's path, or that of a new file. */
  readonly isOwned: (origin: string) => boolean;
  readonly files: readonly OwnedFile[];
  /** The requested paths that mean no file of the template. */
  readonly unknown: readonly string[];
  /** What there is to say about requests that change nothing. */
  readonly notes: readonly string[];
}

/** What a run changes of whose the files are, by their places in the repository. */
export interface OwnershipChange {
  readonly owned: readonly string[];
  readonly disowned: readonly string[];
  readonly notes: readonly string[];
}

/** What is different from the record. */
export function ownershipChange({ files, notes }: Ownership): OwnershipChange {
  const places = (list: readonly OwnedFile[]) => list.map(({ place }) => place).sort();
  return {
    owned: places(files.filter(({ is, was }) => is && !was)),
    disowned: places(files.filter(({ is, was }) => was && !is)),
    notes,
  };
}

/** Finds who owns each file, from what is recorded and what is requested. */
export function ownershipOf(input: OwnershipInput, renames: Renames): Ownership {
  const request = input.ownership ?? NO_REQUEST;
  const files = [...recordedFiles(input, renames, request), ...newFiles(input, renames, request)];
  const owned = new Set(files.filter(({ is }) => is).map(({ origin }) => origin));
  const requests = [
    ...request.own.map((path) => ({ path, own: true })),
    ...request.disown.map((path) => ({ path, own: false })),
  ].map((one) => ({ ...one, meant: files.filter(({ names }) => isMeant(one.path, names)) }));
  return {
    isOwned: (origin) => owned.has(origin),
    files,
    unknown: requests.filter(({ meant }) => meant.length === 0).map(({ path }) => path),
    notes: requests.flatMap(({ path, own, meant }) => noteOf(path, own, meant)),
  };
}

function recordedFiles({ record, theirs, due }: OwnershipInput, renames: Renames, request: OwnershipRequest) {
  return Object.entries(record.manifest?.files ?? {}).map(([origin, entry]): OwnedFile => {
    const target = movedPath(due, origin);
    const place = renames.places.get(origin) ?? origin;
    const names = [origin, target, place];
    const was = entry.owned === true;
    const isSeeded = entry.owner === 'seeded' && (theirs.get(target)?.owner ?? 'seeded') === 'seeded';
    return { origin, place, names, isSeeded, was, is: !isSeeded && (requestedOwner(request, names) ?? was) };
  });
}

function newFiles({ record, theirs, due }: OwnershipInput, renames: Renames, request: OwnershipRequest) {
  const recorded = record.manifest?.files ?? {};
  const targets = new Set(Object.keys(recorded).map((path) => movedPath(due, path)));
  return [...theirs]
    .filter(([path]) => recorded[path] === undefined && !targets.has(path))
    .map(([origin, { owner }]): OwnedFile => {
      const place = renames.placeOfNew(origin) ?? origin;
      const [names, isSeeded] = [[origin, place], owner === 'seeded'];
      return { origin, place, names, isSeeded, was: false, is: !isSeeded && requestedOwner(request, names) === true };
    });
}

function noteOf(path: string, own: boolean, meant: readonly OwnedFile[]): string[] {
  if (meant.length === 0) return [];
  if (meant.every(({ isSeeded }) => isSeeded)) {
    return [`${path} is yours anyway: the template writes it once and never changes it`];
  }
  const files = meant.filter(({ isSeeded }) => !isSeeded);
  if (own && files.every(({ was }) => was)) return [`${path} is yours already`];
  return own || files.some(({ was }) => was) ? [] : [`${path} is the template's already`];
}

/**
 * A file that the team owns stays where it is when the template moves it: as if the team had moved it there. Where the template
 * has another file at its old path from now on, the owned file is that one.
 */
export function keepingOwned(renames: Renames, { files }: Ownership, { theirs, due, scan }: OwnershipInput): Renames {
  const staying = files.filter(({ origin, is }) => {
    const target = movedPath(due, origin);
    const isMoved = is && target !== origin && theirs.has(target) && !theirs.has(origin);
    return isMoved && !renames.places.has(origin) && scan(origin)?.kind === 'file';
  });
  if (staying.length === 0) return renames;
  return {
    ...renames,
    places: new Map([...renames.places, ...staying.map(({ origin }) => [origin, origin] as const)]),
  };
}
