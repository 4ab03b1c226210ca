import { type Document, isMap, type ParsedNode } from 'yaml';

/** A piece of a text and what takes its place. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Where a value stands in the text, without the space and the comments after it. */
export function rangeOf(document: Document, path: readonly string[]): { start: number; end: number } {
  let node: unknown = document.contents;
  for (const key of path) node = isMap(node) ? node.get(key, true) : undefined;
  const range = (node as ParsedNode | undefined)?.range;
  if (!range) throw new Error(`The template's serving.yaml has no ${path.join('.')}`);
  return { start: range[0], end: lastValueEnd(node as ParsedNode) };
}

/** A block's own end lies after the blank lines and comments that follow it; its last value's does not. */
function lastValueEnd(node: ParsedNode): number {
  const items = (node as { items?: unknown[]; flow?: boolean }).items ?? [];
  const last = items.at(-1) as { value?: ParsedNode } | ParsedNode | undefined;
  if (last === undefined || (node as { flow?: boolean }).flow) return node.range[1];
  return lastValueEnd('range' in last && last.range ? (last as ParsedNode) : (last as { value: ParsedNode }).value);
}

export function applyEdits(text: string, edits: readonly Edit[]): string {
  return [...edits]
    .sort((a, b) => b.start - a.start)
    .reduce(
      (result, { start, end, text: replacement }) => result.slice(0, start) + replacement + result.slice(end),
      text,
    );
}
