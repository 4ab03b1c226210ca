import { isMap, isScalar, isSeq, type ParsedNode, type YAMLMap, type YAMLSeq } from 'yaml';
import type { ValuePath } from './value.ts';
import type { YamlDocument } from './yaml.ts';

/** A key with its value, or an element with its dash: whole lines of a document in block style. */
export interface Block {
  /** Where its first line starts, its own comments included. */
  readonly start: number;
  /** Behind its last line break. */
  readonly end: number;
  /** Where the key or the dash stands in its line. */
  readonly column: number;
}

/** Thrown where the text is not in a form that can be edited by lines; the caller then does not edit at all. */
export class NotEditable extends Error {}

export type Parent = YAMLMap.Parsed | YAMLSeq.Parsed;

function lineStart(source: string, offset: number): number {
  return source.lastIndexOf('\n', offset - 1) + 1;
}

function lineEnd(source: string, offset: number): number {
  if (offset > 0 && source[offset - 1] === '\n') return offset;
  const next = source.indexOf('\n', offset);
  return next < 0 ? source.length : next + 1;
}

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

function blockFrom(source: string, mark: number, node: ParsedNode | null, owns: OwnsComment): Block {
  const line = lineStart(source, mark);
  if (source.slice(line, mark).trim() !== '') throw new NotEditable();
  const end = lineEnd(source, Math.max(node?.range?.[2] ?? 0, mark + 1));
  return { start: withComments(source, line, owns), end, column: mark - line };
}

/** The lines of the child of a block collection. */
export function blockAt(document: YamlDocument, path: ValuePath, owns: OwnsComment = everyComment): Block {
  const { source } = document;
  const parent = nodeAt(document, path.slice(0, -1)) as Parent;
  const key = path.at(-1);
  if (parent?.flow) throw new NotEditable();
  if (isSeq(parent)) {
    const item = parent.items[key as number] as ParsedNode | undefined;
    if (item?.range === undefined) throw new NotEditable();
    return blockFrom(source, source.lastIndexOf('-', item.range[0] - 1), item, owns);
  }
  if (!isMap(parent)) throw new NotEditable();
  const pair = parent.items.find((candidate) => isScalar(candidate.key) && candidate.key.value === key);
  const range = (pair?.key as ParsedNode | undefined)?.range;
  if (range === undefined || range === null) throw new NotEditable();
  return blockFrom(source, range[0], (pair?.value as ParsedNode | undefined) ?? null, owns);
}
