import { equal, type Value, type ValuePath } from './value.ts';

/** One value in two documents: elements of lists may stand at different places. */
export interface At {
  /** Where it is in the person's document, before any edit. */
  readonly path: ValuePath;
  /** Where it is in the template's document. */
  readonly source: ValuePath;
}

/**
 * A change to the person's document; every value comes from the template's. Edits of one list come from its end to its
 * start, after the edits inside its elements, so that they can be done one after the other. Edits with one `unit` are done
 * together or not at all.
 */
export type Edit = At & { readonly unit?: string } & (
    | { readonly op: 'set'; readonly value: Value }
    | { readonly op: 'remove' }
    /** A new key, after the key named, or first. */
    | { readonly op: 'add'; readonly after: string | null; readonly value: Value }
    /** A new element, before the one whose place the path ends in. */
    | { readonly op: 'insert'; readonly value: Value }
    /** A key gets the name that the source path ends in; after all other edits of its map. */
    | { readonly op: 'rename' }
  );

export interface ValueNote {
  readonly path: ValuePath;
  /** What was decided, for a person. */
  readonly text: string;
}

/** Why a change of the template's was not merged. */
export type Why =
  | 'both-changed'
  /** A comment of the person's belongs to the value. */
  | 'commented'
  /** One side has removed or renamed what the other has changed. */
  | 'renamed'
  /** The person's text cannot be edited there without losing something. */
  | 'not-editable';

export interface ValueConflict extends At {
  /** Undefined where the template has removed it. */
  readonly theirs: Value | undefined;
  readonly why: Why;
}

/** Decides what two different values at a path become, where one rule knows better than a conflict. */
export type Resolve = (
  path: ValuePath,
  base: Value | undefined,
  yours: Value,
  theirs: Value,
) => { take: 'yours' | 'theirs'; text: string } | null;

/** What is known about a file beyond its format. */
export interface Rules {
  readonly resolve: Resolve;
  /** Lists in which order and repetition mean nothing. */
  readonly isSet: (path: ValuePath) => boolean;
  /** Whether equal values under two keys of a map say something about a renaming. */
  readonly mayRename: (path: ValuePath) => boolean;
}

export interface MergeContext extends Rules {
  /** Whether a comment of the person's belongs to what is at a path of theirs, or to its name alone, so that it is not replaced. */
  readonly isProtected: (path: ValuePath, part?: 'name') => boolean;
  readonly edits: Edit[];
  readonly conflicts: ValueConflict[];
  readonly notes: ValueNote[];
}

export type Maybe = Value | undefined;

/** The place of something inside a value; `source` where the template's document has it elsewhere. */
export function inside(at: At, key: string | number, source: string | number = key): At {
  return { path: [...at.path, key], source: [...at.source, source] };
}

/** Merges a member that the person has; undefined removes it. Collections are given it, so that no file imports in a circle. */
export type MergeMember = (context: MergeContext, at: At, base: Maybe, yours: Value, theirs: Maybe) => Maybe;

/** A member that only the template has. */
export interface Fresh {
  readonly value: Value;
  /** What it was in the base, under this name or another. */
  readonly base: Maybe;
  /** Whether the template has given it a new name; null where that is not sure. */
  readonly isRenamed: boolean | null;
}

/**
 * Whether a member only the template has is new, rather than one the person has removed.
 * @param at with the place that the messages name
 */
export function isNew(context: MergeContext, at: At, { value, base, isRenamed }: Fresh): boolean {
  if (base === undefined) return true;
  if (isRenamed === null) context.conflicts.push({ ...at, theirs: value, why: 'renamed' });
  else if (isRenamed) context.notes.push({ path: at.path, text: 'renamed by the template, stays removed' });
  else if (!equal(base, value)) context.notes.push({ path: at.path, text: 'changed by the template, stays removed' });
  return false;
}

/** Keeps what the person has under another name or in another form, where the template has removed it. */
export function keepReplaced(context: MergeContext, path: ValuePath): void {
  context.notes.push({ path, text: 'comes in place of one that the template has removed; it is kept' });
}
