import { formatOf, isReadable, type KeyConflict, mergeStructured } from './structured.ts';
import { decodeText } from './text.ts';
import { hasMarkers, type Labels, mergeText, mergeWithoutBase } from './text-merge.ts';

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
  /** Keys that both changed, where the file was merged by key. */
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
  readonly yours: Uint8Array;
  readonly theirs: Uint8Array;
}

const LOCK_FILE = /(^|\/)(package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml)$/;

function kept(yours: Uint8Array, reason: ConflictReason): ContentMerge {
  return { bytes: yours, conflict: { reason, markers: false, keys: [] }, notes: [], reinstall: false };
}

function done(text: string, notes: readonly string[] = [], conflict: ContentConflict | null = null): ContentMerge {
  return { bytes: Buffer.from(text), conflict, notes, reinstall: false };
}

function mergeWithBase(path: string, base: string, yours: string, theirs: string, labels: Labels): ContentMerge {
  const format = formatOf(path);
  if (format === null) {
    const merged = mergeText(base, yours, theirs, labels);
    if (merged.conflicts === 0) return done(merged.text);
    if (hasMarkers(yours)) return kept(Buffer.from(yours), 'holds-markers');
    return done(merged.text, [], { reason: 'both-changed', markers: true, keys: [] });
  }
  const byKey = mergeStructured(path, format, { base, yours, theirs }, labels);
  if (byKey !== null) {
    const { text, notes, conflicts } = byKey;
    const conflict: ContentConflict = { reason: 'both-changed', markers: false, keys: conflicts };
    return done(text, notes, conflicts.length > 0 ? conflict : null);
  }
  // What cannot be merged by key (YAML with anchors, tags or several documents): by lines, if the result can be read.
  if (!isReadable(path, yours)) return kept(Buffer.from(yours), 'unparsable');
  const merged = mergeText(base, yours, theirs, labels);
  return merged.conflicts === 0 && isReadable(path, merged.text)
    ? done(merged.text)
    : kept(Buffer.from(yours), 'both-changed');
}

/** Merges what both sides made of a file. No byte of the person's is dropped without a rule that says so. */
export function mergeContents(path: string, contents: Contents, labels: Labels): ContentMerge {
  const { base, yours, theirs } = contents;
  if (Buffer.compare(yours, theirs) === 0) return { bytes: yours, conflict: null, notes: [], reinstall: false };
  if (LOCK_FILE.test(path)) return { bytes: yours, conflict: null, notes: [], reinstall: true };
  if (base !== null && Buffer.compare(base, theirs) === 0) {
    return { bytes: yours, conflict: null, notes: [], reinstall: false };
  }
  if (base !== null && Buffer.compare(base, yours) === 0) {
    return { bytes: theirs, conflict: null, notes: [], reinstall: false };
  }
  const [ownText, itsText] = [decodeText(yours), decodeText(theirs)];
  if (ownText === null || itsText === null) return kept(yours, 'binary');
  const baseText = base === null ? null : decodeText(base);
  if (baseText !== null) return mergeWithBase(path, baseText, ownText, itsText, labels);
  if (formatOf(path) !== null) return kept(yours, 'both-added');
  if (hasMarkers(ownText)) return kept(yours, 'holds-markers');
  const merged = mergeWithoutBase(ownText, itsText, labels);
  return done(merged.text, [], { reason: 'both-added', markers: true, keys: [] });
}
