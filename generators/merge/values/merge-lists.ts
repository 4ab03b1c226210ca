import { hunksOf, regionsOf } from '../regions.ts';
import { alignLists, asSet, type Keyed, keyByName, type Three, valuesOf } from './align-lists.ts';
import { type At, type Edit, inside, isNew, keepReplaced, type MergeContext, type MergeMember } from './context.ts';
import { isDoubtful, originsOf } from './merge-maps.ts';
import { NO_RENAMES, type Renames, renamesOf } from './renames.ts';
import { serialise, type Value } from './value.ts';

type List = readonly Value[];

interface Insert {
  readonly source: number;
  readonly value: Value;
}

/** What a name is in the messages: names that were only given for the merge are left out. */
function shown(key: string, index: number): string | number {
  return /^(#|yours |theirs )\d+$/.test(key) ? index : key;
}

interface Elements {
  readonly base: Keyed;
  readonly yours: Keyed;
  readonly theirs: Keyed;
  readonly renames: Renames;
}

/** New elements of the template by the place they come to stand before: behind the one that precedes them there. */
function newElements(context: MergeContext, at: At, { base, yours, theirs, renames }: Elements) {
  const inserts = new Map<number, Insert[]>();
  const origins = originsOf(renames.theirs);
  const ownOrigins = originsOf(renames.yours);
  const isOwn = [...yours.keys()].map((key) => !base.has(ownOrigins.get(key) ?? key));
  let before = 0;
  for (const [key, { index, value }] of theirs) {
    const old = origins.get(key) ?? key;
    const own = yours.get(renames.yours.get(old)?.id ?? old);
    if (own !== undefined) before = own.index + 1;
    // What the person has put in the place of an element comes before what the template has put behind it.
    else if (base.has(old)) while (isOwn[before]) before++;
    if (own !== undefined) continue;
    const isRenamed = isDoubtful(renames.theirs.get(old)) ? null : old !== key;
    if (isNew(context, inside(at, shown(key, index), index), { value, base: base.get(old)?.value, isRenamed })) {
      inserts.set(before, [...(inserts.get(before) ?? []), { source: index, value }]);
    }
  }
  return inserts;
}

function mergeKeyed(context: MergeContext, at: At, elements: Elements, mergeMember: MergeMember): List {
  const { base, yours, theirs, renames } = elements;
  const inserts = newElements(context, at, elements);
  const origins = originsOf(renames.yours);
  const removals = new Set<number>();
  const merged: Value[] = [];
  const addInserts = (index: number) => merged.push(...(inserts.get(index) ?? []).map((insert) => insert.value));
  for (const [key, { index, value }] of yours) {
    addInserts(index);
    const old = origins.get(key) ?? key;
    const match = renames.theirs.get(old);
    const its = theirs.get(match?.id ?? old);
    const here = inside(at, index, its?.index);
    if (its !== undefined && isDoubtful(match, renames.yours.get(old))) {
      context.conflicts.push({ ...here, theirs: its.value, why: 'renamed' });
      merged.push(value);
      continue;
    }
    if (its === undefined && key !== old) {
      keepReplaced(context, here.path);
      merged.push(value);
      continue;
    }
    const inner: MergeContext = { ...context, edits: [] };
    const kept = mergeMember(inner, here, base.get(old)?.value, value, its?.value);
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
function mergeOrdered(context: MergeContext, at: At, [base, yours, theirs]: Three<List>): List | null {
  const [o, a, b] = [base.map(serialise), yours.map(serialise), theirs.map(serialise)];
  const [own, its] = [hunksOf(o, a), hunksOf(o, b)];
  if (own === null || its === null) return null;
  const merged: Value[] = [];
  for (const region of regionsOf(o.length, own, its)) {
    const isClash = region.changedBy === 'both';
    if (isClash && a.slice(...region.yours).join('\n') !== b.slice(...region.theirs).join('\n')) return null;
    merged.push(...(region.changedBy === 'theirs' ? theirs.slice(...region.theirs) : yours.slice(...region.yours)));
  }
  const edits = editsInto(context, at, a, b, merged);
  if (edits === null) return null;
  context.edits.push(...edits);
  return merged;
}

function editsInto(context: MergeContext, at: At, yours: string[], theirs: string[], merged: List): Edit[] | null {
  const hunks = hunksOf(yours, merged.map(serialise));
  if (hunks === null) return null;
  const unit = JSON.stringify(at.path);
  const edits: Edit[] = [];
  for (const { baseStart, baseLength, sideStart, sideLength } of hunks.reverse()) {
    for (let i = baseStart + baseLength - 1; i >= baseStart; i--) {
      if (context.isProtected([...at.path, i])) return null;
      edits.push({ op: 'remove', ...inside(at, i), unit });
    }
    for (const value of merged.slice(sideStart, sideStart + sideLength).reverse()) {
      const source = theirs.indexOf(serialise(value));
      // Among equal elements the person's own may come out as the new one; that is not for us to copy.
      if (source < 0) return null;
      edits.push({ op: 'insert', ...inside(at, baseStart, source), value, unit });
    }
  }
  return edits;
}

/** Whether the template has put elements into another order that all three have, and the person has not. */
function isReordered([base, yours, theirs]: Three<Keyed>): boolean {
  const order = (side: Keyed) =>
    [...side.keys()].filter((key) => base.has(key) && yours.has(key) && theirs.has(key)).join('\n');
  return order(theirs) !== order(base) && order(theirs) !== order(yours);
}

/** Merges into a context of its own, which counts only where the merge is taken. */
function attempt(
  context: MergeContext,
  merge: (inner: MergeContext) => List | null,
  isGood: (list: List, edits: readonly Edit[]) => boolean,
) {
  const inner: MergeContext = { ...context, edits: [], conflicts: [], notes: [] };
  const merged = merge(inner);
  if (merged === null || !isGood(merged, inner.edits)) return null;
  context.edits.push(...inner.edits);
  context.conflicts.push(...inner.conflicts);
  context.notes.push(...inner.notes);
  return merged;
}

/** Whether elements are gone on both sides and both have new ones, so that two edits of one could be taken for two additions. */
function areReplaced([base, yours, theirs]: Three<Keyed>, { yours: own, theirs: its }: Renames): boolean {
  const isKnown = (id: string) => yours.has(id) || theirs.has(id) || own.has(id) || its.has(id);
  const isGone = [...base.keys()].some((id) => !isKnown(id));
  const hasNew = (side: Keyed, other: Keyed) => [...side.keys()].some((id) => !base.has(id) && !other.has(id));
  return isGone && hasNew(yours, theirs) && hasNew(theirs, yours);
}

/** The places of the person's list that both sides have changed. */
function clashesOf([base, yours, theirs]: Three<List>): readonly (readonly [number, number])[] {
  const [o, a, b] = [base.map(serialise), yours.map(serialise), theirs.map(serialise)];
  const [own, its] = [hunksOf(o, a), hunksOf(o, b)];
  if (own === null || its === null) return [[0, yours.length]];
  return regionsOf(o.length, own, its).flatMap((region) => (region.changedBy === 'both' ? [region.yours] : []));
}

function removesWithin(clashes: readonly (readonly [number, number])[], { path }: At, edits: readonly Edit[]): boolean {
  return edits.some((edit) => {
    const index = edit.path.at(-1) as number;
    const isOwn = edit.op === 'remove' && edit.path.length === path.length + 1;
    return isOwn && clashes.some(([start, end]) => index >= start && index < end);
  });
}

/**
 * Merges three lists: as sets, by the names of their elements where they have them, else in order, and elements that are maps
 * by their content where that fails. Null where a person has to decide.
 */
export function mergeLists(context: MergeContext, at: At, lists: Three<List>, mergeMember: MergeMember): List | null {
  if (context.isSet(at.path)) {
    const [o, a, b] = lists.map(asSet);
    if (!o || !a || !b) return mergeOrdered(context, at, lists);
    return mergeKeyed(context, at, { base: o, yours: a, theirs: b, renames: NO_RENAMES }, mergeMember);
  }
  const byName = keyByName(lists);
  const hasNames = (list: List) => byName === null || keyByName([list, list, list]) !== null;
  const ordered = () => attempt(context, (inner) => mergeOrdered(inner, at, lists), hasNames);
  // Which of several elements that are alike the template has removed, is not sure where the person has changed the same place.
  const isSure = (list: List, edits: readonly Edit[]) =>
    hasNames(list) && (byName !== null || !removesWithin(clashesOf(lists), at, edits));
  const byMember = (keyed: Three<Keyed>) => {
    const [o, a, b] = keyed;
    const renames = renamesOf(valuesOf(o), valuesOf(a), valuesOf(b), true);
    if (byName === null && areReplaced(keyed, renames)) return null;
    return attempt(
      context,
      (inner) => mergeKeyed(inner, at, { base: o, yours: a, theirs: b, renames }, mergeMember),
      isSure,
    );
  };
  if (byName !== null) return isReordered(byName) ? ordered() : byMember(byName);
  const merged = ordered();
  if (merged !== null) return merged;
  const aligned = alignLists(lists);
  return aligned === null || isReordered(aligned) ? null : byMember(aligned);
}
