import valid from 'semver/functions/valid.js';
import { ServingError } from '../errors.ts';
import { MANIFEST_PATH, type Manifest, type ManifestEntry } from './manifest.ts';
import { foldedPath, pathProblem } from './path.ts';

const OWNERS = new Set(['managed', 'merged', 'seeded']);
/** The record's own files are never the template's to change. */
const OWN =
  /^\.ml-serving\/(local|base|base\.json\.gz|manifest\.json|answers\.yaml|policy\.yaml|conflicts\.json)(\/|$)/;
const LARGEST = 16 * 1024 * 1024;

function isEntry(value: unknown): value is ManifestEntry {
  const entry = value as Partial<ManifestEntry> | null;
  return (
    typeof entry?.sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(entry.sha256) &&
    (entry.mode === '644' || entry.mode === '755') &&
    OWNERS.has(String(entry.owner)) &&
    (entry.at === undefined || typeof entry.at === 'string') &&
    (entry.owned === undefined || typeof entry.owned === 'boolean')
  );
}

function refuseHostile(paths: readonly string[]): void {
  for (const path of paths) {
    const problem = pathProblem(path);
    if (problem !== null) {
      throw new ServingError('PATH_UNSAFE', `${MANIFEST_PATH} names ${JSON.stringify(path)}, which holds ${problem}.`);
    }
    if (OWN.test(foldedPath(path))) {
      throw new ServingError('PATH_UNSAFE', `${MANIFEST_PATH} names ${path}, which belongs to the record itself.`);
    }
  }
}

/** A path that leads out of the repository is no damage: somebody means harm, or a merge of the manifest went wrong. */
function refuseHostilePaths(paths: readonly string[]): void {
  refuseHostile(paths);
  const seen = new Map<string, string>();
  for (const path of paths) {
    const other = seen.get(foldedPath(path));
    if (other !== undefined) {
      throw new ServingError(
        'PATH_UNSAFE',
        `${MANIFEST_PATH} names ${other} and ${path}, the same place where case is ignored.`,
      );
    }
    seen.set(foldedPath(path), path);
  }
}

/**
 * Places that users have moved files to are paths as well. One that is another file's is no harm, but of no use: a merge of two
 * branches can bring it. The file is found again by its contents.
 */
function withUsablePlaces(files: Manifest['files']): Manifest['files'] {
  const entries = Object.entries(files);
  const places = entries.flatMap(([, { at }]) => (at === undefined ? [] : [at]));
  if (places.length === 0) return files;
  refuseHostile(places);
  const owners = new Map<string, string[]>();
  for (const [path, { at }] of entries) {
    for (const place of new Set([path, at ?? path].map(foldedPath))) {
      owners.set(place, [...(owners.get(place) ?? []), path]);
    }
  }
  const isOwn = (at: string) => owners.get(foldedPath(at))?.length === 1;
  return Object.fromEntries(
    entries.map(([path, { at, ...entry }]) => [path, at !== undefined && isOwn(at) ? { ...entry, at } : entry]),
  );
}

function readJson(text: string): unknown {
  if (text.length > LARGEST) return null;
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    return null;
  }
}

/**
 * Reads a manifest as the untrusted input that it is.
 * @returns the manifest, or what is wrong with it
 * @throws PATH_UNSAFE for a path that may not be touched, RECORD_NEWER for a form of the record that is not known yet
 */
export function parseManifest(text: string): Manifest | string {
  const value = readJson(text) as Partial<Manifest> | null;
  if (typeof value !== 'object' || value === null) return `${MANIFEST_PATH} is not valid JSON`;
  if (value.template !== 'create-ml-serving') return `${MANIFEST_PATH} is not of this template`;
  if (typeof value.schema === 'number' && value.schema > 1) {
    throw new ServingError('RECORD_NEWER', `${MANIFEST_PATH} is of form ${value.schema}; this version knows form 1.`);
  }
  if (value.schema !== 1 || typeof value.templateVersion !== 'string' || valid(value.templateVersion) === null) {
    return `${MANIFEST_PATH} names no version`;
  }
  const files = value.files;
  if (typeof files !== 'object' || files === null || Array.isArray(files)) return `${MANIFEST_PATH} names no files`;
  refuseHostilePaths(Object.keys(files));
  const wrong = Object.entries(files).find(([, entry]) => !isEntry(entry));
  if (wrong === undefined) return { ...(value as Manifest), files: withUsablePlaces(files) };
  return `${MANIFEST_PATH} says nothing useful about ${wrong[0]}`;
}
