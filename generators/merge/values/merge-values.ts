import type { At, Maybe, MergeContext, MergeMember } from './context.ts';
import { mergeLists } from './merge-lists.ts';
import { mergeMaps } from './merge-maps.ts';
import { equal, isList, isMap, type Value } from './value.ts';

/** Merges one value by key; edits, conflicts and notes are collected in the context. Returns the merged value. */
export function mergeValue(context: MergeContext, at: At, base: Maybe, yours: Value, theirs: Value): Value {
  if (equal(yours, theirs) || equal(base, theirs)) return yours;
  const isUntouched = equal(base, yours);
  // An empty map is written in another way than one with keys: it is replaced, not edited.
  const isEmptied = isMap(theirs) && isMap(yours) && (theirs.size === 0 || yours.size === 0);
  if (isEmptied && isUntouched) return take(context, at, yours, theirs);
  if (isMap(yours) && isMap(theirs))
    return mergeMaps(context, at, isMap(base) ? base : new Map(), yours, theirs, mergeMember);
  const isListed = isList(yours) && isList(theirs) && isList(base);
  if (isUntouched && !(isListed && context.isProtected(at.path))) return take(context, at, yours, theirs);
  if (isListed) {
    const merged = mergeLists(context, at, [base, yours, theirs], mergeMember);
    if (merged !== null) return merged;
  }
  const resolved = isUntouched ? null : context.resolve(at.path, base, yours, theirs);
  if (resolved !== null) {
    context.notes.push({ path: at.path, text: resolved.text });
    return resolved.take === 'yours' ? yours : take(context, at, yours, theirs);
  }
  context.conflicts.push({ ...at, theirs, why: isUntouched ? 'commented' : 'both-changed' });
  return yours;
}

function take(context: MergeContext, at: At, yours: Value, theirs: Value): Value {
  if (context.isProtected(at.path)) {
    context.conflicts.push({ ...at, theirs, why: 'commented' });
    return yours;
  }
  context.edits.push({ op: 'set', ...at, value: theirs });
  return theirs;
}

/** Decides on a key or an element that the person has. */
const mergeMember: MergeMember = (context, at, base, yours, theirs) => {
  if (theirs !== undefined) return mergeValue(context, at, base, yours, theirs);
  if (base === undefined) return yours;
  if (!equal(base, yours)) {
    context.notes.push({ path: at.path, text: 'removed by the template, kept because it was edited' });
    return yours;
  }
  if (context.isProtected(at.path)) {
    context.conflicts.push({ ...at, theirs, why: 'commented' });
    return yours;
  }
  context.edits.push({ op: 'remove', ...at });
  return undefined;
};
