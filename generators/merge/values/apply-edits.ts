import type { Edit } from './context.ts';
import { isList, isMap, type Value } from './value.ts';

type Draft = Value | Map<string, Draft> | Draft[];

function draftOf(value: Value): Draft {
  if (isMap(value)) return new Map([...value].map(([key, inner]) => [key, draftOf(inner)]));
  return isList(value) ? value.map(draftOf) : value;
}

function childOf(parent: Draft, key: string | number): Draft {
  return (parent instanceof Map ? parent.get(key as string) : (parent as Draft[])[key as number]) as Draft;
}

/** Gives a key another name at its place. */
function rename(map: Map<string, Draft>, from: string, to: string): void {
  const entries = [...map];
  map.clear();
  for (const [key, value] of entries) map.set(key === from ? to : key, value);
}

function applyEdit(root: Draft, edit: Edit): Draft {
  const key = edit.path.at(-1);
  if (key === undefined) return edit.op === 'set' ? draftOf(edit.value) : root;
  const parent = edit.path.slice(0, -1).reduce<Draft>(childOf, root);
  if (parent instanceof Map) {
    if (edit.op === 'remove') parent.delete(key as string);
    else if (edit.op === 'rename') rename(parent, key as string, edit.source.at(-1) as string);
    else parent.set(key as string, draftOf(edit.value));
  } else if (Array.isArray(parent)) {
    if (edit.op === 'remove') parent.splice(key as number, 1);
    else if (edit.op === 'insert') parent.splice(key as number, 0, draftOf(edit.value));
    else if (edit.op === 'set') parent[key as number] = draftOf(edit.value);
  }
  return root;
}

/** What a value is after edits: the meaning that an edited text has to have. */
export function applyEdits(value: Value, edits: readonly Edit[]): Value {
  return edits.reduce(applyEdit, draftOf(value)) as Value;
}
