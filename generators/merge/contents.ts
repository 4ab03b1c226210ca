import { formatOf, isReadable } from './formats.ts';
import { changesOf, lineConflict } from './line-conflicts.ts';
import { differencesOf, type KeyConflict, mergeRestoring, mergeStructured, missingFrom } from './structured.ts';
import { decodeText } from './text.ts';
import { hasMarkers, type Labels, mergeKeeping, mergeText, mergeTextWithoutBase } from './text-merge.ts';

/** Why a person has to look at a file. */
export type ConflictReason =
  | 'both-changed'
  | 'both-added'
  | 'in-the-way'
  /** Not text, or not in UTF-8. */
  | 'binary'
  /** The person's file, or what a merge of it would be, cannot be read in its format. */
  | 'unparsable'
  /** The person's file holds conflict markers already; new ones would not be told apart. */
  | 'holds-markers';

export interface ContentConflict {
  readonly reason: ConflictReason;
  /** Whether the conflict stands in the file, between markers; else the person's file stands as it was. */
  readonly markers: boolean;
  /** Changes of the template's that were not merged, as far as they can be named: by key, or by lines. */
  readonly keys: readonly KeyConflict[];
}

export interface ContentMerge {
  readonly bytes: Uint8Array;
  readonly conflict: ContentConflict | null;
  readonly notes: readonly string[];
  /** The file is made by a tool from others, and has to be made again. */
  readonly reinstall: boolean;
}

export interface Contents {
  /** Null where there is no base, or its contents are not known. */
  readonly base: Uint8Array | null;
  /** Whether what the person has removed from a file that is merged by key is brought back. */
  readonly restores?: boolean;
  readonly yours: Uint8Array;
  readonly theirs: Uint8Array;
}

const LOCK_FILE = /(^|\/)(package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml)$/;

function kept(yours: Uint8Array, reason: ConflictReason, keys: readonly KeyConflict[] = []): ContentMerge {
  return { bytes: yours, conflict: { reason, markers: false, keys }, notes: [], reinstall: false };
}

function done(text: string, notes: readonly string[] = [], conflict: ContentConflict | null = null): ContentMerge {
  return { bytes: Buffer.from(text), conflict, notes, reinstall: false };
}

function mergeLinesWithMarkers(base: string, yours: string, theirs: string, labels: Labels): ContentMerge {
  const merged = mergeText(base, yours, theirs, labels);
  if (merged.conflicts === 0) return done(merged.text);
  if (hasMarkers(yours)) return kept(Buffer.from(yours), 'holds-markers', changesOf(base, theirs));
  return done(merged.text, [], { reason: 'both-changed', markers: true, keys: [] });
}

/** Lines that both changed stay the person's, in a file that has to be read by a program. */
function mergeLinesWithoutMarkers(path: string, base: string, yours: string, theirs: string): ContentMerge {
  const merged = mergeKeeping(base, yours, theirs);
  if (!isReadable(path, merged.text)) return kept(Buffer.from(yours), 'both-changed', changesOf(base, theirs));
  const keys = merged.kept.map((lines) => lineConflict(lines.line, lines.theirs));
  return done(merged.text, [], keys.length === 0 ? null : { reason: 'both-changed', markers: false, keys });
}

interface Texts {
  readonly base: string;
  readonly yours: string;
  readonly theirs: string;
}

function mergeWithBase(path: string, texts: Texts, restores: boolean, labels: Labels): ContentMerge {
  const { base, yours, theirs } = texts;
  const format = formatOf(path);
  if (format === null) return mergeLinesWithMarkers(base, yours, theirs, labels);
  const byKey = restores ? mergeRestoring(path, format, texts) : mergeStructured(path, format, texts, labels);
  if (byKey !== null) {
    const { text, notes, conflicts } = byKey;
    const conflict: ContentConflict = { reason: 'both-changed', markers: false, keys: conflicts };
    return done(text, notes, conflicts.length > 0 ? conflict : null);
  }
  // What cannot be merged by key (YAML with anchors, tags or several documents): by lines, if the result can be read.
  if (!isReadable(path, yours)) return kept(Buffer.from(yours), 'unparsable', changesOf(base, theirs));
  return mergeLinesWithoutMarkers(path, base, yours, theirs);
}

function mergeWithoutBase(path: string, yours: string, theirs: string, labels: Labels): ContentMerge {
  const format = formatOf(path);
  if (format !== null) return kept(Buffer.from(yours), 'both-added', differencesOf(path, format, yours, theirs));
  if (hasMarkers(yours)) return kept(Buffer.from(yours), 'holds-markers');
  const merged = mergeTextWithoutBase(yours, theirs, labels);
  return done(merged.text, [], { reason: 'both-added', markers: true, keys: [] });
}

/** Merges what both sides made of a file. No byte of the person's is dropped without a rule that says so. */
export function mergeContents(path: string, contents: Contents, labels: Labels): ContentMerge {
  const { base, yours, theirs } = contents;
  if (Buffer.compare(yours, theirs) === 0) return { bytes: yours, conflict: null, notes: [], reinstall: false };
  if (LOCK_FILE.test(path)) return { bytes: yours, conflict: null, notes: [], reinstall: true };
  const restores = contents.restores === true && base !== null && formatOf(path) !== null;
  if (base !== null && Buffer.compare(base, theirs) === 0 && !restores) {
    return { bytes: yours, conflict: null, notes: [], reinstall: false };
  }
  if (base !== null && Buffer.compare(base, yours) === 0) {
    return { bytes: theirs, conflict: null, notes: [], reinstall: false };
  }
  const [ownText, itsText] = [decodeText(yours), decodeText(theirs)];
  if (ownText === null || itsText === null) return kept(yours, 'binary');
  const baseText = base === null ? null : decodeText(base);
  if (baseText === null) return mergeWithoutBase(path, ownText, itsText, labels);
  return mergeWithBase(path, { base: baseText, yours: ownText, theirs: itsText }, restores, labels);
}

/** Whether a file is merged by key, and not by lines or not at all. */
export function isMergedByKey(path: string): boolean {
  return formatOf(path) !== null && !LOCK_FILE.test(path);
}

/** What the template has in a file that is merged by key, and the person has removed or never got. */
export function missingIn(path: string, { base, yours, theirs }: Contents): readonly KeyConflict[] {
  const format = LOCK_FILE.test(path) ? null : formatOf(path);
  const [old, own, its] = [base, yours, theirs].map((bytes) => bytes && decodeText(bytes));
  if (format === null || typeof old !== 'string' || typeof own !== 'string' || typeof its !== 'string') return [];
  return missingFrom(path, format, { base: old, yours: own, theirs: its });
}
