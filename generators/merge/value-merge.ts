import { mergeLists } from './list-merge.ts';
import { equal, isList, isMap, type Value, type ValueMap, type ValuePath } from './value.ts';

/** One value in two documents: elements of lists may stand at different places. */
export interface At {
  /** Where it is in the person's document, before any edit. */
  readonly path: ValuePath;
  /** Where it is in the template's document. */
  readonly source: ValuePath;
}

/**
 * A change to the person's document; every value comes from the template's. Edits of one list come from its end to its
 * start, after the edits inside its elements, so that they can be done one after the other.
 */
export type Edit =
  | (At & { readonly op: 'set'; readonly value: Value })
  | (At & { readonly op: 'remove' })
  /** A new key, after the key named, or first. */
  | (At & { readonly op: 'add'; readonly after: string | null; readonly value: Value })
  /** A new element, before the one whose place the path ends in. */
  | (At & { readonly op: 'insert'; readonly value: Value });

export interface ValueNote {
  readonly path: ValuePath;
  /** What was decided, for a person. */
  readonly text: string;
}

export interface ValueConflict {
  readonly path: ValuePath;
  readonly theirs: Value;
}

/** Decides what two different values at a path become, where one rule knows better than a conflict. */
export type Resolve = (
  path: ValuePath,
  yours: Value,
  theirs: Value,
) => { take: 'yours' | 'theirs'; text: string } | null;

export interface MergeContext {
  readonly resolve: Resolve;
  /** Lists in which order and repetition mean nothing. */
  readonly isSet: (path: ValuePath) => boolean;
  readonly edits: Edit[];
  readonly conflicts: ValueConflict[];
  readonly notes: ValueNote[];
}

type Maybe = Value | undefined;

/** The place of something inside a value; `source` where the template's document has it elsewhere. */
export function inside(at: At, key: string | number, source: string | number = key): At {
  return { path: [...at.path, key], source: [...at.source, source] };
}

/** Merges one value by key; edits, conflicts and notes are collected in the context. Returns the merged value. */
export function mergeValue(context: MergeContext, at: At, base: Maybe, yours: Value, theirs: Value): Value {
  if (equal(yours, theirs) || equal(base, theirs)) return yours;
  // An empty map is written in another way than one with keys: it is replaced, not edited.
  const isEmptied = isMap(theirs) && isMap(yours) && (theirs.size === 0 || yours.size === 0);
  if (isEmptied && equal(base, yours)) return take(context, at, theirs);
  if (isMap(yours) && isMap(theirs)) return mergeMaps(context, at, isMap(base) ? base : new Map(), yours, theirs);
  if (equal(base, yours)) return take(context, at, theirs);
  if (isList(yours) && isList(theirs) && isList(base)) {
    const merged = mergeLists(context, at, base, yours, theirs);
    if (merged !== null) return merged;
  }
  const resolved = context.resolve(at.path, yours, theirs);
  if (resolved !== null) {
    context.notes.push({ path: at.path, text: resolved.text });
    return resolved.take === 'yours' ? yours : take(context, at, theirs);
  }
  context.conflicts.push({ path: at.path, theirs });
  return yours;
}

function take(context: MergeContext, at: At, theirs: Value): Value {
  context.edits.push({ op: 'set', ...at, value: theirs });
  return theirs;
}

function mergeMaps(context: MergeContext, at: At, base: ValueMap, yours: ValueMap, theirs: ValueMap): Value {
  const merged = new Map<string, Value>();
  for (const [key, value] of yours) {
    const kept = mergeOwnKey(context, inside(at, key), base.get(key), value, theirs.get(key));
    if (kept !== undefined) merged.set(key, kept);
  }
  let after: string | null = null;
  for (const [key, value] of theirs) {
    if (!yours.has(key)) {
      if (!isNew(context, [...at.path, key], base.get(key), value)) continue;
      context.edits.push({ op: 'add', ...inside(at, key), after, value });
      merged.set(key, value);
    }
    after = key;
  }
  return merged;
}

/** Decides on a key the person has; undefined removes it. */
export function mergeOwnKey(context: MergeContext, at: At, base: Maybe, yours: Value, theirs: Maybe): Maybe {
  if (theirs !== undefined) return mergeValue(context, at, base, yours, theirs);
  if (base === undefined) return yours;
  if (equal(base, yours)) {
    context.edits.push({ op: 'remove', ...at });
    return undefined;
  }
  context.notes.push({ path: at.path, text: 'removed by the template, kept because it was edited' });
  return yours;
}

/** Whether a key only the template has is new, rather than one the person has removed. */
export function isNew(context: MergeContext, path: ValuePath, base: Maybe, theirs: Value): boolean {
  if (base === undefined) return true;
  if (!equal(base, theirs)) context.notes.push({ path, text: 'changed by the template, stays removed' });
  return false;
}
