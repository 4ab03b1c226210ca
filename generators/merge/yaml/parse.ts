import { isMap, isPair, isScalar, isSeq, Lexer, type ParsedNode, parseAllDocuments, visit } from 'yaml';
import type { Comment } from '../comments.ts';
import type { Value } from '../values/value.ts';

export interface YamlDocument {
  readonly source: string;
  readonly value: Value;
  readonly root: ParsedNode;
}

const DEEPEST = 100;

/** Whether a file is YAML that a reader accepts: one document or several, tags of other tools included. */
export function isYaml(source: string): boolean {
  const documents = parseAllDocuments(source);
  return Array.isArray(documents) && documents.every((document) => document.errors.length === 0);
}

/** Anchors, tags and merge keys make one place of the text mean several places of the data. */
function isPlain(root: ParsedNode): boolean {
  let plain = true;
  visit(root, (_, node) => {
    if (isPair(node)) {
      const key = node.key;
      if (!isScalar(key) || typeof key.value !== 'string' || key.value === '<<') plain = false;
    } else if (isScalar(node) || isMap(node) || isSeq(node)) {
      if (node.anchor !== undefined || node.tag !== undefined) plain = false;
    } else plain = false;
    return plain ? undefined : visit.BREAK;
  });
  return plain;
}

function toValue(node: unknown, depth = 0): Value {
  if (depth > DEEPEST) throw new RangeError('nested too deeply');
  if (isMap(node)) {
    return new Map(
      node.items.map((pair) => [String((pair.key as { value: unknown }).value), toValue(pair.value, depth + 1)]),
    );
  }
  if (isSeq(node)) return node.items.map((item) => toValue(item, depth + 1));
  if (!isScalar(node)) return null;
  if (typeof node.value === 'number') return { number: node.source ?? String(node.value) };
  return node.value as Value;
}

/** Parses YAML that can be merged by key; null where it cannot, or is not valid. */
export function parseYaml(source: string): YamlDocument | null {
  try {
    const documents = parseAllDocuments(source);
    const [document] = documents;
    if (!Array.isArray(documents) || documents.length !== 1 || document === undefined) return null;
    const root = document.contents;
    if (document.errors.length > 0 || document.warnings.length > 0 || root === null || !isPlain(root)) return null;
    return { source, value: toValue(root), root };
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** What the lexer puts between the pieces of the source, and what is no part of it. */
const CONTROL = new Set(['\x02', '\x18', '\x1e', '\x1f']);

/** The comments of a text, in order. */
export function yamlComments(source: string): Comment[] {
  const comments: Comment[] = [];
  let offset = source.startsWith('\ufeff') ? 1 : 0;
  for (const token of new Lexer().lex(source.slice(offset))) {
    if (CONTROL.has(token)) continue;
    const end = offset + token.length;
    if (token.startsWith('#')) comments.push({ start: offset, end, text: token.slice(1).trim() });
    offset = end;
  }
  return comments;
}
