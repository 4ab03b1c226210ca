import { hunksOf, regionsOf } from './regions.ts';
import { isMap, serialise, type Value, type ValuePath } from './value.ts';
import { type At, inside, isNew, type MergeContext, mergeOwnKey } from './value-merge.ts';

/** Keys by which people tell the elements of a list apart, best first. */
const IDENTITIES = ['id', 'name', 'key'] as const;

type List = readonly Value[];
type Keyed = ReadonlyMap<string, { readonly index: number; readonly value: Value }>;

/** Elements by the value of a key that all have and that is another in each; null where there is no such key. */
function keyedBy(identity: string, list: List): Keyed | null {
  const keyed = new Map<string, { index: number; value: Value }>();
  for (const [index, value] of list.entries()) {
    const name = isMap(value) ? value.get(identity) : undefined;
    if (typeof name !== 'string' || keyed.has(name)) return null;
    keyed.set(name, { index, value });
  }
  return keyed;
}

function asSet(list: List): Keyed | null {
  const keyed = new Map(list.map((value, index) => [serialise(value), { index, value }]));
  return keyed.size === list.length ? keyed : null;
}

function keyAll(path: ValuePath, context: MergeContext, lists: readonly [List, List, List]) {
  const ways = context.isSet(path) ? [asSet] : IDENTITIES.map((identity) => (list: List) => keyedBy(identity, list));
  for (const way of ways) {
    const [base, yours, theirs] = lists.map(way);
    if (base && yours && theirs) return { base, yours, theirs };
  }
  return null;
}

interface Insert {
  readonly source: number;
  readonly value: Value;
}

/** New elements of the template by the place they come to stand before: behind the one that precedes them there. */
function newElements(context: MergeContext, at: At, base: Keyed, yours: Keyed, theirs: Keyed): Map<number, Insert[]> {
  const inserts = new Map<number, Insert[]>();
  let before = 0;
  for (const [key, { index, value }] of theirs) {
    const own = yours.get(key);
    if (own !== undefined) before = own.index + 1;
    else if (isNew(context, [...at.path, key], base.get(key)?.value, value)) {
      inserts.set(before, [...(inserts.get(before) ?? []), { source: index, value }]);
    }
  }
  return inserts;
}

function mergeKeyed(context: MergeContext, at: At, base: Keyed, yours: Keyed, theirs: Keyed): List {
  const inserts = newElements(context, at, base, yours, theirs);
  const removals = new Set<number>();
  const merged: Value[] = [];
  const addInserts = (index: number) => merged.push(...(inserts.get(index) ?? []).map((insert) => insert.value));
  for (const [key, { index, value }] of yours) {
    addInserts(index);
    const its = theirs.get(key);
    const inner: MergeContext = { ...context, edits: [] };
    const kept = mergeOwnKey(inner, inside(at, index, its?.index), base.get(key)?.value, value, its?.value);
    if (kept === undefined) removals.add(index);
    else {
      context.edits.push(...inner.edits);
      merged.push(kept);
    }
  }
  addInserts(yours.size);
  for (let index = yours.size; index >= 0; index--) {
    if (removals.has(index)) context.edits.push({ op: 'remove', ...inside(at, index) });
    for (const { source, value } of (inserts.get(index) ?? []).toReversed()) {
      context.edits.push({ op: 'insert', ...inside(at, index, source), value });
    }
  }
  return merged;
}

/** Merges lists without identities as lines of text are merged; null where both changed one place. */
function mergeOrdered(context: MergeContext, at: At, base: List, yours: List, theirs: List): List | null {
  const [o, a, b] = [base.map(serialise), yours.map(serialise), theirs.map(serialise)];
  const [own, its] = [hunksOf(o, a), hunksOf(o, b)];
  if (own === null || its === null) return null;
  const merged: Value[] = [];
  for (const region of regionsOf(o.length, own, its)) {
    const isClash = region.changedBy === 'both';
    if (isClash && a.slice(...region.yours).join('\n') !== b.slice(...region.theirs).join('\n')) return null;
    merged.push(...(region.changedBy === 'theirs' ? theirs.slice(...region.theirs) : yours.slice(...region.yours)));
  }
  return editInto(context, at, a, b, merged) ? merged : null;
}

function editInto(context: MergeContext, at: At, yours: string[], theirs: string[], merged: List): boolean {
  const hunks = hunksOf(yours, merged.map(serialise));
  if (hunks === null) return false;
  for (const { baseStart, baseLength, sideStart, sideLength } of hunks.reverse()) {
    for (let i = baseStart + baseLength - 1; i >= baseStart; i--) {
      context.edits.push({ op: 'remove', ...inside(at, i) });
    }
    for (const value of merged.slice(sideStart, sideStart + sideLength).reverse()) {
      const source = theirs.indexOf(serialise(value));
      // Among equal elements the person's own may come out as the new one; that is not for us to copy.
      if (source < 0) return false;
      context.edits.push({ op: 'insert', ...inside(at, baseStart, source), value });
    }
  }
  return true;
}

/** Merges three lists: as sets or by the names of their elements where they have them, else in order. */
export function mergeLists(context: MergeContext, at: At, base: List, yours: List, theirs: List): List | null {
  const keyed = keyAll(at.path, context, [base, yours, theirs]);
  if (keyed === null) return mergeOrdered(context, at, base, yours, theirs);
  return mergeKeyed(context, at, keyed.base, keyed.yours, keyed.theirs);
}
