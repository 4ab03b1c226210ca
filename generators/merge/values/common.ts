import { hunksOf } from '../regions.ts';
import { type Keyed, keyByName, valuesOf } from './align-lists.ts';
import { renamedIn } from './renames.ts';
import { equal, isList, isMap, serialise, type Value, type ValueMap } from './value.ts';

type List = readonly Value[];
/** What becomes of two values at one place; undefined leaves it out. */
type Both = (first: Value, second: Value) => Value | undefined;

function mapOf(first: ValueMap, second: ValueMap, both: Both, keepsReplaced: boolean): ValueMap {
  const shared = new Map<string, Value>();
  const renamed = keepsReplaced ? renamedIn(first, second, false) : new Set<string>();
  for (const [key, value] of first) {
    const other = second.get(key);
    const merged = renamed.has(key) ? value : other === undefined ? undefined : both(value, other);
    if (merged !== undefined) shared.set(key, merged);
  }
  return shared;
}

function namedOf(first: Keyed, second: Keyed, both: Both, keepsReplaced: boolean): List {
  const renamed = keepsReplaced ? renamedIn(valuesOf(first), valuesOf(second), true) : new Set<string>();
  return [...first].flatMap(([key, { value }]) => {
    const other = second.get(key)?.value;
    const merged = renamed.has(key) ? value : other === undefined ? undefined : both(value, other);
    return merged === undefined ? [] : [merged];
  });
}

/** The elements of the first list that the second has too, or, where that is wished, has something else in place of. */
function orderedOf(first: List, second: List, keepsReplaced: boolean): List {
  const hunks = hunksOf(first.map(serialise), second.map(serialise)) ?? [];
  const gone = new Set<number>();
  for (const { baseStart, baseLength, sideLength } of hunks) {
    if (sideLength > 0 && keepsReplaced) continue;
    for (let index = baseStart; index < baseStart + baseLength; index++) gone.add(index);
  }
  return first.filter((_, index) => !gone.has(index));
}

function collectionOf(first: Value, second: Value, both: Both, keepsReplaced: boolean): Value | undefined {
  if (isMap(first) && isMap(second)) return mapOf(first, second, both, keepsReplaced);
  if (!isList(first) || !isList(second)) return undefined;
  const named = keyByName([first, first, second]);
  return named === null ? orderedOf(first, second, keepsReplaced) : namedOf(named[0], named[2], both, keepsReplaced);
}

/** What two values have in common: a base for two sides that have none. Undefined where they have nothing. */
export function common(yours: Value, theirs: Value): Value | undefined {
  return collectionOf(yours, theirs, common, false) ?? (equal(yours, theirs) ? yours : undefined);
}

/** A base without the members that the person has removed: in a merge with it, they are new. */
export function withoutRemoved(base: Value, yours: Value): Value {
  return collectionOf(base, yours, withoutRemoved, true) ?? base;
}
