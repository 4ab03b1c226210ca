import { isDeepStrictEqual } from 'node:util';
import gt from 'semver/functions/gt.js';
import { parse, stringify } from 'yaml';
import { ServingError } from '../errors.ts';
import { ANSWERS_HEADER, ANSWERS_PATH, MANIFEST_PATH, type Manifest, type ManifestEntry } from './manifest.ts';
import { parseManifest } from './parse-manifest.ts';
import type { PlainFiles } from './plain-files.ts';

/** The record as each side of an unfinished merge has it. */
export interface RecordSides {
  /** What both sides come from. */
  readonly ancestor: PlainFiles;
  readonly ours: PlainFiles;
  readonly theirs: PlainFiles;
}

function manifestOf({ read }: PlainFiles): Manifest | null {
  const bytes = read(MANIFEST_PATH);
  const parsed = bytes && parseManifest(Buffer.from(bytes).toString('utf8'));
  return typeof parsed === 'string' ? null : parsed;
}

interface Three<T> {
  readonly ancestor: T;
  readonly ours: T;
  readonly theirs: T;
}

/** What only one side has changed is that side's; what both have changed is as `both` says. */
function threeWay<T>({ ancestor, ours, theirs }: Three<T>, both: () => T): T {
  if (isDeepStrictEqual(ours, ancestor) || isDeepStrictEqual(ours, theirs)) return theirs;
  return isDeepStrictEqual(theirs, ancestor) ? ours : both();
}

function isTheirsNewer(ours: Manifest, theirs: Manifest): boolean {
  return gt(theirs.templateVersion, ours.templateVersion);
}

function withOwned({ owned: _, ...entry }: ManifestEntry, owned: boolean): ManifestEntry {
  return { ...entry, ...(owned && { owned }) };
}

/**
 * The manifest of a merge, path by path as Git merges the files themselves: what one side alone has changed is that side's, what
 * both have changed is that of the newer version.
 * @returns null where no side has one that can be read
 */
export function mergeManifests(sides: RecordSides): Manifest | null {
  const { ancestor, ours, theirs } = {
    ancestor: manifestOf(sides.ancestor),
    ours: manifestOf(sides.ours),
    theirs: manifestOf(sides.theirs),
  };
  if (ours === null || theirs === null) return ours ?? theirs;
  const newer = isTheirsNewer(ours, theirs) ? theirs : ours;
  const merged = <T>(of: (manifest: Manifest) => T | undefined): T | undefined =>
    threeWay<T | undefined>(
      { ancestor: ancestor === null ? undefined : of(ancestor), ours: of(ours), theirs: of(theirs) },
      () => of(newer),
    );
  const paths = new Set([...Object.keys(newer.files), ...Object.keys(ours.files), ...Object.keys(theirs.files)]);
  const files = [...paths].map((path) => {
    const entry = merged(({ files: entries }) => entries[path]);
    // One branch may have upgraded the file that the other has handed to the team: both count.
    const owned = merged(({ files: entries }) => entries[path]?.owned === true);
    return [path, entry && withOwned(entry, owned === true)] as const;
  });
  const manifest = {
    ...newer,
    answersSha256: merged(({ answersSha256 }) => answersSha256),
    policySha256: merged(({ policySha256 }) => policySha256),
    baseSha256: merged(({ baseSha256 }) => baseSha256),
    files: Object.fromEntries(files.filter(([, entry]) => entry !== undefined)),
  };
  // Two branches can have moved two files to one place: the parser has a rule for that.
  const parsed = parseManifest(JSON.stringify(manifest));
  return typeof parsed === 'string' ? newer : parsed;
}

function answersOf({ read }: PlainFiles): Record<string, unknown> {
  const bytes = read(ANSWERS_PATH);
  try {
    const value: unknown = parse(Buffer.from(bytes ?? '').toString('utf8'), { maxAliasCount: 0, logLevel: 'error' });
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/**
 * The answers of a merge, by key. An answer that one side no longer has is as in the newer version.
 * @throws RECORD_DAMAGED where the branches have given different answers: only a person can decide
 */
export function mergeAnswers(sides: RecordSides): string {
  const [ancestor, ours, theirs] = [answersOf(sides.ancestor), answersOf(sides.ours), answersOf(sides.theirs)];
  const manifests = [manifestOf(sides.ours), manifestOf(sides.theirs)] as const;
  const newer = manifests[0] && manifests[1] && isTheirsNewer(manifests[0], manifests[1]) ? theirs : ours;
  const undecided: string[] = [];
  const entries = [...new Set([...Object.keys(newer), ...Object.keys(ours), ...Object.keys(theirs)])].map((key) => {
    const three = { ancestor: ancestor[key], ours: ours[key], theirs: theirs[key] };
    const both = () => {
      if (key in ours && key in theirs) undecided.push(key);
      return newer[key];
    };
    return [key, threeWay(three, both)] as const;
  });
  if (undecided.length > 0) {
    throw new ServingError(
      'RECORD_DAMAGED',
      `${ANSWERS_PATH} is in conflict in Git: the two branches answer ${undecided.join(', ')} differently.`,
      { hint: 'Resolve the conflict in that file, then run again: the rest of the record is put together from both.' },
    );
  }
  return (
    ANSWERS_HEADER + stringify(Object.fromEntries(entries.filter(([, value]) => value !== undefined)), { lineWidth: 0 })
  );
}
