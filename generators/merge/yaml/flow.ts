import { isMap, isScalar, type ParsedNode, type YAMLMap, type YAMLSeq } from 'yaml';
import type { Edit } from '../values/context.ts';
import type { ValuePath } from '../values/value.ts';
import { NotEditable, nodeAt, type Parent } from './blocks.ts';
import type { YamlDocument } from './parse.ts';

/** A stretch of a source. */
type Stretch = readonly [start: number, end: number];

/** A collection in braces or brackets, if a path ends in one. */
export function flowParent(document: YamlDocument, path: ValuePath): Parent | null {
  const parent = nodeAt(document, path.slice(0, -1)) as Parent | null;
  return parent?.flow === true ? parent : null;
}

function keyOf(item: YAMLMap.Parsed['items'][number]): unknown {
  return isScalar(item.key) ? item.key.value : undefined;
}

function stretchOf(first: ParsedNode | null, last: ParsedNode | null): Stretch {
  const [start, end] = [first?.range?.[0], (last ?? first)?.range?.[1]];
  if (start === undefined || end === undefined) throw new NotEditable();
  return [start, end];
}

/** Where the items of a collection stand, without the commas between them. */
function itemsOf(parent: Parent): { readonly keys: readonly unknown[]; readonly at: readonly Stretch[] } {
  if (isMap(parent)) {
    const items = (parent as YAMLMap.Parsed).items;
    return { keys: items.map(keyOf), at: items.map(({ key, value }) => stretchOf(key, value)) };
  }
  const items = (parent as YAMLSeq.Parsed).items as ParsedNode[];
  return { keys: items.map((_, index) => index), at: items.map((item) => stretchOf(item, item)) };
}

/** The template's own text of one item; it has to stand on one line to be put between braces. */
function textOf(theirs: YamlDocument, source: ValuePath): string {
  const parent = nodeAt(theirs, source.slice(0, -1)) as Parent;
  const { keys, at } = itemsOf(parent);
  const stretch = at[keys.indexOf(source.at(-1))];
  const text = stretch && theirs.source.slice(...stretch);
  if (!text || text.includes('\n')) throw new NotEditable();
  return text;
}

export interface FlowSplice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Adds, inserts or removes an item between braces or brackets, its comma included. Whoever calls reads the result again. */
export function spliceFlow(
  parent: Parent,
  theirs: YamlDocument,
  edit: Exclude<Edit, { op: 'set' | 'rename' }>,
  after: unknown,
): FlowSplice {
  const { keys, at } = itemsOf(parent);
  const here = keys.indexOf(edit.path.at(-1));
  if (edit.op === 'remove') {
    const [own, before, next] = [at[here], at[here - 1], at[here + 1]];
    if (!own) throw new NotEditable();
    if (next) return { start: own[0], end: next[0], text: '' };
    return { start: before ? before[1] : own[0], end: own[1], text: '' };
  }
  const text = textOf(theirs, edit.source);
  // The item that the new one comes to stand behind; none where it comes first.
  const anchor = edit.op === 'add' ? keys.indexOf(after) : Math.min(edit.path.at(-1) as number, at.length) - 1;
  const behind = at[anchor];
  if (behind) return { start: behind[1], end: behind[1], text: `, ${text}` };
  const first = at[0];
  if (!first) throw new NotEditable();
  return { start: first[0], end: first[0], text: `${text}, ` };
}
