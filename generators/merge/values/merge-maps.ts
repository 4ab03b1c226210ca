import { type At, inside, isNew, keepReplaced, type MergeContext, type MergeMember } from './context.ts';
import { type Match, NO_RENAMES, type Renames, renamesOf } from './renames.ts';
import type { Value, ValueMap } from './value.ts';

/** The names of the base by the new ones. */
export function originsOf(matches: Renames['yours']): ReadonlyMap<string, string> {
  return new Map([...matches].map(([from, { id }]) => [id, from]));
}

/** Whether it is not sure that what two sides have under two names is one member. */
export function isDoubtful(...matches: readonly (Match | undefined)[]): boolean {
  return matches.some((match) => match?.doubtful);
}

/** Merges maps by key. A key that a side has renamed is recognised by its content. */
export function mergeMaps(
  context: MergeContext,
  at: At,
  base: ValueMap,
  yours: ValueMap,
  theirs: ValueMap,
  mergeMember: MergeMember,
): Value {
  const renames = context.mayRename(at.path) ? renamesOf(base, yours, theirs, false) : NO_RENAMES;
  const [ownOrigins, itsOrigins] = [originsOf(renames.yours), originsOf(renames.theirs)];
  const merged = new Map<string, Value>();
  /** Keys of the template that have their place in the person's map, and their names there. */
  const placed = new Map<string, string>();
  const renamed: At[] = [];

  for (const [key, value] of yours) {
    const old = ownOrigins.get(key) ?? key;
    const match = renames.theirs.get(old);
    const its = match?.id ?? old;
    const here = inside(at, key, its);
    const fresh = theirs.get(its);
    if (fresh !== undefined) placed.set(its, key);
    if (fresh !== undefined && isDoubtful(match, renames.yours.get(old))) {
      context.conflicts.push({ ...here, theirs: fresh, why: 'renamed' });
      merged.set(key, value);
      continue;
    }
    if (fresh === undefined && key !== old) {
      keepReplaced(context, here.path);
      merged.set(key, value);
      continue;
    }
    const kept = mergeMember(context, here, base.get(old), value, fresh);
    if (kept === undefined) continue;
    const isCommented = match !== undefined && context.isProtected(here.path, 'name');
    const isRenamed = match !== undefined && key === old && !isCommented;
    if (isRenamed) renamed.push(here);
    else if (match !== undefined && key !== its) {
      context.conflicts.push({ ...here, theirs: its, why: isCommented ? 'commented' : 'renamed' });
    }
    merged.set(isRenamed ? its : key, kept);
  }

  let after: string | null = null;
  for (const [key, value] of theirs) {
    const place = placed.get(key);
    if (place === undefined) {
      const old = itsOrigins.get(key) ?? key;
      const isRenamed = isDoubtful(renames.theirs.get(old)) ? null : old !== key;
      if (!isNew(context, inside(at, key), { value, base: base.get(old), isRenamed })) continue;
      context.edits.push({ op: 'add', ...inside(at, key), after, value });
      merged.set(key, value);
    }
    after = place ?? key;
  }
  for (const here of renamed) context.edits.push({ op: 'rename', ...here });
  return merged;
}
