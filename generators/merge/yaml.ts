import { isMap, isPair, isScalar, isSeq, type ParsedNode, parseAllDocuments, visit } from 'yaml';
import type { Value } from './value.ts';

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

/** Everything that looks like a comment; a text in a string that does so is one too many, which harms nobody. */
export function yamlComments(source: string): string[] {
  return [...source.matchAll(/(?:^|[ \t])#(.*)$/gm)].map((match) => (match[1] as string).trim());
}
