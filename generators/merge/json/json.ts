import {
  applyEdits,
  type FormattingOptions,
  findNodeAtLocation,
  type JSONPath,
  modify,
  type Node,
  type ParseError,
  parseTree,
  visit,
} from 'jsonc-parser';
import { type Comment, lineStart, type Span } from '../comments.ts';
import { splitText, usualEnd } from '../text.ts';
import type { Edit } from '../values/context.ts';
import { isList, isMap, type Value, type ValuePath } from '../values/value.ts';

const DEEPEST = 200;

function toValue(node: Node, depth = 0): Value | undefined {
  if (depth > DEEPEST) return undefined;
  if (node.type === 'array') {
    const list = (node.children ?? []).map((child) => toValue(child, depth + 1));
    return list.includes(undefined) ? undefined : (list as Value[]);
  }
  if (node.type !== 'object') return node.value as Value;
  const map = new Map<string, Value>();
  for (const property of node.children ?? []) {
    const [key, child] = property.children ?? [];
    const value = child && toValue(child, depth + 1);
    // Of two equal keys a reader takes the last, an editor the first: such a file is not edited by key.
    if (key === undefined || value === undefined || map.has(key.value)) return undefined;
    map.set(key.value, value);
  }
  return map;
}

/** Parses JSON, or JSON with comments; undefined where it is not valid. */
export function parseJson(source: string, withComments: boolean): Value | undefined {
  const errors: ParseError[] = [];
  const options = { disallowComments: !withComments, allowTrailingComma: withComments };
  try {
    const root = parseTree(source.replace(/^\ufeff/, ''), errors, options);
    return root === undefined || errors.length > 0 ? undefined : toValue(root);
  } catch (error) {
    // The parser calls itself for each level of nesting.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function plain(value: Value): unknown {
  if (isMap(value)) return Object.fromEntries([...value].map(([key, inner]) => [key, plain(inner)]));
  return isList(value) ? value.map(plain) : value;
}

function formattingOf(source: string): FormattingOptions {
  const indent = /^([ \t]+)\S/m.exec(source)?.[1] ?? '  ';
  const tabs = indent.startsWith('\t');
  return { insertSpaces: !tabs, tabSize: tabs ? 1 : indent.length, eol: usualEnd(splitText(source)) };
}

/** A list on one line stays on one line. */
function isOnOneLine(text: string, path: JSONPath): boolean {
  const root = treeOf(text);
  const node = root && findNodeAtLocation(root, path);
  return node !== undefined && !text.slice(node.offset, node.offset + node.length).includes('\n');
}

function insertOnOneLine(text: string, path: JSONPath, value: unknown): string {
  const changes = modify(text, path, value, { isArrayInsertion: true });
  return applyEdits(
    text,
    changes.map((change) => ({ ...change, content: change.content.replace(/^,(?=\S)/, ', ').replace(/,$/, ', ') })),
  );
}

function treeOf(text: string): Node | undefined {
  return parseTree(text, [], { allowTrailingComma: true });
}

function renameKey(text: string, path: JSONPath, to: string): string {
  const root = treeOf(text);
  const key = root && findNodeAtLocation(root, path)?.parent?.children?.[0];
  if (key === undefined) return text;
  return text.slice(0, key.offset) + JSON.stringify(to) + text.slice(key.offset + key.length);
}

function editOnce(text: string, edit: Edit, formattingOptions: FormattingOptions): string {
  const path = [...edit.path];
  if (edit.op === 'rename') return renameKey(text, path, String(edit.source.at(-1)));
  if (edit.op === 'remove') return applyEdits(text, modify(text, path, undefined, { formattingOptions }));
  const value = plain(edit.value);
  if (edit.op === 'insert' && isOnOneLine(text, path.slice(0, -1))) return insertOnOneLine(text, path, value);
  const after = edit.op === 'add' ? edit.after : null;
  const getInsertionIndex = (keys: string[]) => (after === null ? 0 : keys.indexOf(after) + 1);
  const options = { formattingOptions, isArrayInsertion: edit.op === 'insert' };
  return applyEdits(text, modify(text, path, value, edit.op === 'add' ? { ...options, getInsertionIndex } : options));
}

/** Does the edits in the person's own text: comments, order and indent around them stay. */
export function editJson(source: string, edits: readonly Edit[]): string {
  const bom = source.startsWith('\ufeff') ? '\ufeff' : '';
  const formatting = formattingOf(source);
  return bom + edits.reduce((text, edit) => editOnce(text, edit, formatting), source.slice(bom.length));
}

/** The comments of a text, in order. */
export function jsonComments(source: string): Comment[] {
  const comments: Comment[] = [];
  const onComment = (start: number, length: number) =>
    comments.push({ start, end: start + length, text: source.slice(start, start + length).trim() });
  visit(source, { onComment });
  return comments;
}

/** From where a key or an element is to where its value ends; null where there is none. */
export function jsonSpan(root: Node | undefined, path: ValuePath): Span | null {
  const value = root && findNodeAtLocation(root, [...path]);
  if (value === undefined) return null;
  const node = value.parent?.type === 'property' ? value.parent : value;
  const siblings = node.parent?.children ?? [node];
  return { start: node.offset, end: node.offset + node.length, isLast: siblings.at(-1) === node };
}

/** The text of a key or an element, moved to the left edge; null where there is none. */
export function jsonText(source: string, root: Node | undefined, path: ValuePath): string | null {
  const span = jsonSpan(root, path);
  if (span === null) return null;
  const column = span.start - lineStart(source, span.start);
  const indent = /^[ \t]*/.exec(source.slice(span.start - column))?.[0].length ?? 0;
  const edge = new RegExp(`^[ \\t]{0,${indent}}`);
  const [first, ...rest] = source.slice(span.start, span.end).split(/\r?\n/);
  return [first, ...rest.map((line) => line.replace(edge, ''))].join('\n');
}

/** The tree of a text, for spans and texts of its parts. */
export function jsonTree(source: string): Node | undefined {
  return treeOf(source);
}
