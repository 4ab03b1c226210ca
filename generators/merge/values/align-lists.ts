import { hunksOf } from '../regions.ts';
import { IDENTITIES } from './similar.ts';
import { isMap, serialise, type Value } from './value.ts';

type List = readonly Value[];

/** Elements by what tells them apart. */
export type Keyed = ReadonlyMap<string, { readonly index: number; readonly value: Value }>;

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

/** Elements by their content; null where two are equal. */
export function asSet(list: List): Keyed | null {
  const keyed = new Map(list.map((value, index) => [serialise(value), { index, value }]));
  return keyed.size === list.length ? keyed : null;
}

export type Three<T> = readonly [base: T, yours: T, theirs: T];

/** The three lists by the first key by which all their elements can be told apart. */
export function keyByName(lists: Three<List>): Three<Keyed> | null {
  for (const identity of IDENTITIES) {
    const [base, yours, theirs] = lists.map((list) => keyedBy(identity, list));
    if (base && yours && theirs) return [base, yours, theirs];
  }
  return null;
}

type NameOf = (value: Value) => string | null;

const ownName: NameOf = (value) => {
  if (!isMap(value)) return null;
  for (const identity of IDENTITIES) {
    const name = value.get(identity);
    if (typeof name === 'string') return `${identity} ${name}`;
  }
  return null;
};

/** What a single element says about which one it is: a name, or the action of a workflow's step without its version. */
const nameOrAction: NameOf = (value) => {
  const name = ownName(value);
  if (name !== null || !isMap(value)) return name;
  const action = value.get('uses');
  return typeof action === 'string' ? `uses ${action.replace(/@.*$/, '')}` : null;
};

/** Names that occur once in a list. */
function namesOf(list: List, nameOf: NameOf): Map<string, number> {
  const names = new Map<string, number>();
  const twice = new Set<string>();
  for (const [index, value] of list.entries()) {
    const name = nameOf(value);
    if (name === null) continue;
    if (names.has(name)) twice.add(name);
    names.set(name, index);
  }
  return new Map([...names].filter(([name]) => !twice.has(name)));
}

/** Which element of one list each element of another is: by equal content in the same order, then by a name that is there once. */
function partners(from: List, to: List, nameOf: NameOf): Map<number, number> {
  const found = new Map<number, number>();
  const hunks = hunksOf(from.map(serialise), to.map(serialise));
  let [at, shift] = [0, 0];
  for (const hunk of [...(hunks ?? []), { baseStart: from.length, baseLength: 0, sideStart: 0, sideLength: 0 }]) {
    if (hunks === null) break;
    for (; at < hunk.baseStart; at++) found.set(at + shift, at);
    at += hunk.baseLength;
    shift += hunk.sideLength - hunk.baseLength;
  }
  const [old, fresh] = [namesOf(from, nameOf), namesOf(to, nameOf)];
  const used = new Set(found.values());
  for (const [name, index] of fresh) {
    const origin = old.get(name);
    if (origin === undefined || found.has(index) || used.has(origin)) continue;
    found.set(index, origin);
    used.add(origin);
  }
  return found;
}

/** Gives the elements of three lists of maps names of their own: equal ones for what is one element. Null for other lists. */
export function alignLists([base, yours, theirs]: Three<List>): Three<Keyed> | null {
  if (![base, yours, theirs].every((list) => list.every(isMap))) return null;
  const [own, its] = [partners(base, yours, nameOrAction), partners(base, theirs, nameOrAction)];
  // What both sides have added is one element where it is equal or has one name.
  const added = (list: List, known: ReadonlyMap<number, number>) => list.flatMap((_, i) => (known.has(i) ? [] : [i]));
  const [ownNew, itsNew] = [added(yours, own), added(theirs, its)];
  const both = partners(
    ownNew.map((i) => yours[i] as Value),
    itsNew.map((i) => theirs[i] as Value),
    ownName,
  );
  const keyed = (list: List, id: (index: number) => string): Keyed =>
    new Map(list.map((value, index) => [id(index), { index, value }]));
  const ownId = (index: number) => (own.has(index) ? `#${own.get(index)}` : `yours ${index}`);
  const theirId = (index: number) => {
    if (its.has(index)) return `#${its.get(index)}`;
    const twin = both.get(itsNew.indexOf(index));
    return twin === undefined ? `theirs ${index}` : ownId(ownNew[twin] as number);
  };
  return [keyed(base, (index) => `#${index}`), keyed(yours, ownId), keyed(theirs, theirId)];
}

/** The elements alone, by what tells them apart. */
export function valuesOf(keyed: Keyed): Map<string, Value> {
  return new Map([...keyed].map(([key, { value }]) => [key, value]));
}
