import { isAlias, LineCounter, type Node, type ParsedNode, parseDocument, visit } from 'yaml';
import { ServingError } from '../errors.ts';
import { type GivenAnswers, parseValue } from './answers.ts';
import { findQuestion, unknownKeyMessage } from './find.ts';
import { formatPath, type Problem } from './problem.ts';

/** Far above any answers file, far below what could exhaust memory. */
export const MAX_ANSWERS_BYTES = 1024 * 1024;

/**
 * Reads an answers file; YAML, of which JSON is a part.
 * @param file its name, for the messages
 * @throws ANSWERS_INVALID with every problem and its line
 */
export function parseAnswersFile(text: string, file: string): GivenAnswers {
  if (text.length > MAX_ANSWERS_BYTES) throw invalid(file, [`is larger than ${MAX_ANSWERS_BYTES} bytes`]);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  const at = (offset: number | undefined) => `${file}:${lines.linePos(offset ?? 0).line}`;

  const faults = [...document.errors, ...document.warnings].map(
    (fault) => `${at(fault.pos[0])}: ${firstLine(fault.message)}`,
  );
  if (faults.length > 0) throw invalid(file, faults);
  const alias = findAlias(document.contents);
  if (alias) throw invalid(file, [`${at(alias.range?.[0])}: anchors and aliases are not taken; write the value out`]);

  const data: unknown = document.toJS();
  if (data === null) return {};
  if (typeof data !== 'object' || Array.isArray(data)) throw invalid(file, [`${at(0)}: expected keys and values`]);

  const given: Record<string, unknown> = {};
  const problems: Problem[] = [];
  for (const [key, value] of Object.entries(data)) {
    const question = findQuestion(key);
    if (!question) {
      problems.push({ path: [key], message: unknownKeyMessage(key) });
      continue;
    }
    const parsed = parseValue(question, value);
    if ('problems' in parsed) problems.push(...parsed.problems);
    else given[key] = parsed.value;
  }
  if (problems.length > 0) {
    throw invalid(
      file,
      problems.map(
        (problem) =>
          `${at(offsetOf(document.contents, problem.path))}: ${formatPath(problem.path)}: ${problem.message}`,
      ),
    );
  }
  return given as GivenAnswers;
}

function invalid(file: string, problems: readonly string[]): ServingError {
  return new ServingError(
    'ANSWERS_INVALID',
    `The answers file ${file} cannot be used:\n${problems.map((p) => `  ${p}`).join('\n')}`,
  );
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
