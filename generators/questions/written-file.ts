import { isAlias, isScalar, LineCounter, type Node, type ParsedNode, parseDocument, visit } from 'yaml';
import type { ServingError } from '../errors.ts';
import { type Data, isData } from './data.ts';
import { firstLines, formatPath, type Problem, show } from './problem.ts';
import { repeated } from './rule.ts';

/** Far above any file that people write, far below what could exhaust memory. */
export const MAX_WRITTEN_BYTES = 1024 * 1024;
/** Keys of one map; there are some ten questions, and no value has more. */
const MAX_KEYS = 100;

/** A file of keys and values that people write. */
export interface WrittenFile {
  readonly data: Data;
  /** What is wrong with its contents, each problem with its line. */
  readonly refuse: (problems: readonly Problem[]) => ServingError;
}

/**
 * Reads such a file; YAML, of which JSON is a part.
 * @param file its name, for the messages
 * @param what it is, with its name
 * @param refuse makes the error from a message
 * @throws that error for a file that is no plain keys and values, with every problem and its line
 */
export function parseWritten(
  text: string,
  file: string,
  what: string,
  refuse: (message: string) => ServingError,
): WrittenFile {
  const invalid = (problems: readonly string[]) =>
    refuse(`${what} cannot be used:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  if (Buffer.byteLength(text) > MAX_WRITTEN_BYTES) throw invalid([`is larger than ${MAX_WRITTEN_BYTES} bytes`]);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false });
  const at = (offset: number | undefined) => `${file}:${lines.linePos(offset ?? 0).line}`;

  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) {
    throw invalid(firstLines(faults, (fault) => `${at(fault.pos[0])}: ${firstLine(fault.message)}`));
  }
  const keys = keyFaults(document.contents);
  if (keys.length > 0) throw invalid(firstLines(keys, ({ offset, message }) => `${at(offset)}: ${message}`));
  const alias = findAlias(document.contents);
  if (alias) throw invalid([`${at(alias.range?.[0])}: anchors and aliases are not taken; write the value out`]);

  const data: unknown = document.toJS() ?? {};
  if (!isData(data)) throw invalid([`${at(0)}: expected keys and values`]);
  return {
    data,
    refuse: (problems) =>
      invalid(
        firstLines(
          problems,
          ({ path, message }) => `${at(offsetOf(document.contents, path))}: ${formatPath(path)}: ${message}`,
        ),
      ),
  };
}

/** Offset of the node at the path, or of the nearest one above it that exists. */
function offsetOf(root: ParsedNode | null, path: readonly (string | number)[]): number | undefined {
  let node: unknown = root;
  let offset = root?.range[0];
  for (const part of path) {
    const items: readonly unknown[] = (node as { items?: unknown[] } | undefined)?.items ?? [];
    const pair = items.find((item) => (item as { key?: { value?: unknown } }).key?.value === part);
    const key = (pair as { key?: Node } | undefined)?.key;
    node = key ? (pair as { value?: unknown }).value : items[part as number];
    const found = (key ?? (node as Node | undefined))?.range?.[0];
    if (found === undefined) return offset;
    offset = found;
  }
  return offset;
}

/** The parser's own search for keys that stand twice compares each with each: a file of many keys would take minutes. */
function keyFaults(root: ParsedNode | null): { offset: number | undefined; message: string }[] {
  const faults: { offset: number | undefined; message: string }[] = [];
  visit(root, {
    Map(_key, map) {
      if (map.items.length > MAX_KEYS) {
        faults.push({ offset: map.range?.[0], message: `${map.items.length} keys; expected at most ${MAX_KEYS}` });
        return visit.SKIP;
      }
      const keys = map.items.map(({ key }) => (isScalar(key) ? key.value : key));
      for (const index of repeated(keys)) {
        const key = map.items[index]?.key as Node;
        faults.push({ offset: key.range?.[0], message: `the key ${show(keys[index])} stands twice` });
      }
      return undefined;
    },
  });
  return faults;
}

function findAlias(root: ParsedNode | null): Node | undefined {
  let found: Node | undefined;
  visit(root, (_key, node) => {
    if (isAlias(node)) found ??= node;
    return found ? visit.BREAK : undefined;
  });
  return found;
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? text;
}
