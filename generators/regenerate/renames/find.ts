import type { YoursState } from '../../merge/states.ts';
import { decodeText } from '../../merge/text.ts';
import { withoutReturns } from '../../project/as-written.ts';
import type { Manifest } from '../../project/manifest.ts';
import { isRecord } from '../../project/manifest.ts';
import { foldedPath } from '../../project/path.ts';
import type { ProjectRecord } from '../../project/read-record.ts';
import { plainHash } from '../line-ends.ts';
import type { Scan } from '../scan.ts';
import { movedFolders, placeInMoved } from './folders.ts';
import { type Content, matchRenames } from './match.ts';

/** More files than this are compared only where they have the same name as one that is missing. */
const MANY = 20_000;

/** Where the user has moved files of the template. Paths of the template are those of the last version. */
export interface Renames {
  /** Template path to the place in the repository. */
  readonly places: ReadonlyMap<string, string>;
  /** Those that the record did not have, with what the contents have in common, in per cent. */
  readonly found: ReadonlyMap<string, number>;
  /** Template path to the files that it may have become: as likely as each other, so none was taken. */
  readonly ambiguous: ReadonlyMap<string, readonly string[]>;
  /** Folders that were moved as a whole, the template's path to the user's. */
  readonly folders: ReadonlyMap<string, string>;
  /** Where a new file belongs whose folder was moved; null where it was not. */
  readonly placeOfNew: (path: string) => string | null;
}

export const NO_RENAMES: Renames = {
  places: new Map(),
  found: new Map(),
  ambiguous: new Map(),
  folders: new Map(),
  placeOfNew: () => null,
};

export interface RenameInput {
  readonly record: Pick<ProjectRecord, 'manifest' | 'base'>;
  readonly scan: Scan;
  /** Whether the new template has a file at a path: then no file of the user's there is one that was moved. */
  readonly isTheirs: (path: string) => boolean;
  /** Where the template itself moves a file: what is there already is no file that is missing. */
  readonly targetOf: (path: string) => string;
  /** All files of the repository; only called where a file of the template is missing. */
  readonly files: () => readonly string[];
}

/** A name that differs by case alone is the file itself, renamed: on many disks it is the same place. */
function isAbsent(state: YoursState, path: string): boolean {
  if (state === null) return true;
  return state.kind === 'blocked' && !path.startsWith(state.by) && foldedPath(path).startsWith(foldedPath(state.by));
}

function recordedPlaces({ record, scan, isTheirs }: RenameInput): Map<string, string> {
  const places = new Map<string, string>();
  for (const [path, { at }] of Object.entries(record.manifest?.files ?? {})) {
    if (at === undefined || isTheirs(at)) continue;
    const state = scan(at);
    if (state !== null && state.kind !== 'blocked') places.set(path, at);
  }
  return places;
}

function isMissing({ scan, targetOf }: RenameInput, path: string, { owner }: Manifest['files'][string]): boolean {
  if (owner === 'seeded' || !isAbsent(scan(path), path)) return false;
  const target = targetOf(path);
  return target === path || isAbsent(scan(target), target);
}

function contentAt(path: string, scan: Scan): Content[] {
  const state = scan(path);
  const bytes = state?.kind === 'file' ? state.bytes() : null;
  if (bytes === null || bytes.length === 0) return [];
  return [{ path, sha256: plainHash(bytes), text: decodeText(bytes) }];
}

function missingContent(path: string, sha256: string, base: ProjectRecord['base']): Content {
  const bytes = base(sha256);
  const text = bytes && decodeText(bytes);
  return { path, sha256, text: text && withoutReturns(text) };
}

function candidatesOf(input: RenameInput, missing: readonly string[], places: ReadonlyMap<string, string>): Content[] {
  const known = new Set([...Object.keys(input.record.manifest?.files ?? {}), ...places.values()]);
  const own = input.files().filter((path) => !known.has(path) && !input.isTheirs(path) && !isRecord(path));
  const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);
  const names = new Set(missing.map(nameOf));
  const few = own.length > MANY ? own.filter((path) => names.has(nameOf(path))) : own;
  return few.flatMap((path) => contentAt(path, input.scan));
}

/** Finds the files of the template that the user has moved: first those that the record knows, then by their contents. */
export function findRenames(input: RenameInput): Renames {
  const { record, scan } = input;
  const places = recordedPlaces(input);
  const entries = Object.entries(record.manifest?.files ?? {});
  const missing = entries.filter(([path, entry]) => !places.has(path) && isMissing(input, path, entry));
  const names = missing.map(([path]) => path);
  const { found, ambiguous } =
    missing.length === 0
      ? matchRenames([], [])
      : matchRenames(
          missing.map(([path, { sha256 }]) => missingContent(path, sha256, record.base)),
          candidatesOf(input, names, places),
        );
  for (const [path, { to }] of found) places.set(path, to);
  const folders = movedFolders(places, (folder) => isAbsent(scan(folder), folder));
  return {
    places,
    found: new Map([...found].map(([path, { percent }]) => [path, percent])),
    ambiguous,
    folders,
    placeOfNew: (path) => placeInMoved(path, folders),
  };
}
