import { isMap, isScalar, isSeq, type ParsedNode, type YAMLMap, type YAMLSeq } from 'yaml';
import { lineEnd, lineStart, type Span } from '../comments.ts';
import type { ValuePath } from '../values/value.ts';
import type { YamlDocument } from './parse.ts';

/** A key with its value, or an element with its dash: whole lines of a document in block style. */
export interface Block {
  /** Where its first line starts, its own comments included. */
  readonly start: number;
  /** Behind its last line break. */
  readonly end: number;
  /** Where the key or the dash is in its line. */
  readonly column: number;
  /** Whether the key is behind the dash of its element: then the block starts at the key. */
  readonly isBehindDash: boolean;
}

/** Thrown where the text is not in a form that can be edited by lines; the caller then does not edit at all. */
export class NotEditable extends Error {}

export type Parent = YAMLMap.Parsed | YAMLSeq.Parsed;

function childOf(node: ParsedNode | null, key: string | number): ParsedNode | null {
  if (isSeq(node)) return (node.items[key as number] as ParsedNode | undefined) ?? null;
  if (!isMap(node)) throw new NotEditable();
  const pair = node.items.find((item) => isScalar(item.key) && item.key.value === key);
  return (pair?.value as ParsedNode | undefined) ?? null;
}

/** The node at a path; null where there is none. */
export function nodeAt(document: YamlDocument, path: ValuePath): ParsedNode | null {
  return path.reduce<ParsedNode | null>((node, key) => childOf(node, key), document.root);
}

export type OwnsComment = (line: string) => boolean;
const everyComment: OwnsComment = () => true;

/** Takes the comments right above a line with it. */
function withComments(source: string, start: number, owns: OwnsComment): number {
  let first = start;
  while (first > 0) {
    const above = lineStart(source, first - 1);
    const line = source.slice(above, first).trim();
    if (!line.startsWith('#') || !owns(line)) break;
    first = above;
  }
  return first;
}

/** Where a key or the dash of an element is, and the node of its value. */
interface Place {
  readonly mark: number;
  readonly node: ParsedNode | null;
  readonly isLast: boolean;
}

function placeOf(document: YamlDocument, path: ValuePath): Place {
  const parent = nodeAt(document, path.slice(0, -1)) as Parent | null;
  const key = path.at(-1);
  if (isSeq(parent)) {
    const item = parent.items[key as number] as ParsedNode | undefined;
    if (item?.range === undefined) throw new NotEditable();
    const mark = parent.flow ? item.range[0] : document.source.lastIndexOf('-', item.range[0] - 1);
    return { mark, node: item, isLast: key === parent.items.length - 1 };
  }
  if (!isMap(parent)) throw new NotEditable();
  const index = parent.items.findIndex((candidate) => isScalar(candidate.key) && candidate.key.value === key);
  const pair = parent.items[index];
  const range = (pair?.key as ParsedNode | undefined)?.range;
  if (range === undefined || range === null) throw new NotEditable();
  const node = (pair?.value as ParsedNode | undefined) ?? null;
  return { mark: range[0], node, isLast: index === parent.items.length - 1 };
}

/** The lines of the child of a block collection. */
export function blockAt(document: YamlDocument, path: ValuePath, owns: OwnsComment = everyComment): Block {
  const { source } = document;
  if ((nodeAt(document, path.slice(0, -1)) as Parent | null)?.flow) throw new NotEditable();
  const { mark, node } = placeOf(document, path);
  const line = lineStart(source, mark);
  const isBehindDash = /^\s*(-\s+)+$/.test(source.slice(line, mark));
  if (!isBehindDash && source.slice(line, mark).trim() !== '') throw new NotEditable();
  const end = lineEnd(source, Math.max(node?.range?.[2] ?? 0, mark + 1));
  const start = isBehindDash ? mark : withComments(source, line, owns);
  return { start, end, column: mark - line, isBehindDash };
}

/** Where the name of a key is. */
export function keyAt(document: YamlDocument, path: ValuePath): readonly [start: number, end: number] {
  const parent = nodeAt(document, path.slice(0, -1));
  const pair = isMap(parent) ? parent.items.find((item) => isScalar(item.key) && item.key.value === path.at(-1)) : null;
  const range = pair?.key.range;
  if (!range) throw new NotEditable();
  return [range[0], range[1]];
}

/** From where a key or a dash is to where its value ends; null where there is none. */
export function spanAt(document: YamlDocument, path: ValuePath): Span | null {
  if (path.length === 0) return { start: 0, end: document.source.length, isLast: true };
  try {
    const { mark, node, isLast } = placeOf(document, path);
    return { start: mark, end: Math.max(node?.range?.[1] ?? 0, mark + 1), isLast };
  } catch (error) {
    if (error instanceof NotEditable) return null;
    throw error;
  }
}

/** The text of a child, its comments included, moved to the left edge; null where there is none. */
export function textAt(document: YamlDocument, path: ValuePath): string | null {
  const { source } = document;
  try {
    if (path.length === 0) return source;
    if ((nodeAt(document, path.slice(0, -1)) as Parent | null)?.flow) {
      const span = spanAt(document, path);
      return span && source.slice(span.start, span.end).trim();
    }
    const { start, end, column, isBehindDash } = blockAt(document, path);
    const lines = source.slice(start, end).trimEnd().split(/\r?\n/);
    const edge = new RegExp(`^ {0,${column}}`);
    return lines.map((line, index) => (isBehindDash && index === 0 ? line : line.replace(edge, ''))).join('\n');
  } catch (error) {
    if (error instanceof NotEditable) return null;
    throw error;
  }
}
