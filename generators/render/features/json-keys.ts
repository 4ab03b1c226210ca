import { findNodeAtLocation, type JSONPath, type Node, parseTree } from 'jsonc-parser';
import { applyEdits, type Edit } from '../text-edits.ts';

/** The schema of serving.yaml, which keys are looked up in. */
export const SERVING_SCHEMA = 'schema/serving.schema.json';

/** A reference to something that is there to be referred to. What is of use in its own place may be referred to as well. */
const DEFINITION = /^#\/(definitions|\$defs|components\/schemas)\/[^/]+$/;

/** A value of a JSON file. */
export interface JsonPlace {
  /** Path in the repository. */
  readonly file: string;
  readonly path: readonly string[];
}

/** Reads an entry of `schema` in a declaration: `feedback`, `runtime.workers` or `schema/other.json#/a/b`. */
export function jsonPlace(entry: string): JsonPlace {
  const key = servingKey(entry);
  if (key) return { file: SERVING_SCHEMA, path: key.flatMap((part) => ['properties', part]) };
  const [file = '', pointer = ''] = entry.split(/#(.*)/s);
  const parts = pointer.split('/').slice(1);
  return { file, path: parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~')) };
}

/** The key of serving.yaml that an entry names; undefined where it names a value of another file. */
export function servingKey(entry: string): readonly string[] | undefined {
  return entry.includes('#') ? undefined : entry.split('.');
}

export function hasPath(value: unknown, [key, ...rest]: readonly string[]): boolean {
  if (key === undefined) return true;
  const isHere = typeof value === 'object' && value !== null && Object.hasOwn(value, key);
  return isHere && hasPath((value as Record<string, unknown>)[key], rest);
}

/** Removes values from the text of a JSON file, and the definitions that nothing refers to any more. The rest keeps its layout. */
export function withoutValues(text: string, paths: readonly (readonly string[])[]): string {
  const before = JSON.parse(text) as unknown;
  const there = paths.filter((path) => hasPath(before, path));
  if (there.length === 0) return text;
  const definitions = [...referencesIn(before)].filter((reference) => DEFINITION.test(reference));
  return withoutOrphans(remove(text, before, there), definitions);
}

/** @param referred definitions that something referred to before: others have never been in use, and stay */
function withoutOrphans(text: string, referred: readonly string[]): string {
  const value = JSON.parse(text) as unknown;
  const inUse = referencesIn(value);
  const orphans = referred.map(toPath).filter((path) => hasPath(value, path) && !inUse.has(toReference(path)));
  return orphans.length === 0 ? text : withoutOrphans(remove(text, value, orphans), referred);
}

/** @param value what the text holds */
function remove(text: string, value: unknown, paths: readonly (readonly string[])[]): string {
  const root = parseTree(text) as Node;
  const entries = new Set(paths.map((path) => entryOf(findNodeAtLocation(root, segments(value, path)) as Node)));
  const isOutermost = (entry: Node) => !ancestorsOf(entry).some((parent) => entries.has(parent));
  const outermost = [...entries].filter(isOutermost);
  const cuts = [...new Set(outermost.map(({ parent }) => parent as Node))].flatMap(({ children = [] }) =>
    cutsOf(children, entries),
  );
  return applyEdits(text, cuts);
}

/** The node of an object's property with its key, or that of a list's item. */
function entryOf(node: Node): Node {
  return node.parent?.type === 'property' ? node.parent : node;
}

function ancestorsOf({ parent }: Node): Node[] {
  return parent === undefined ? [] : [parent, ...ancestorsOf(parent)];
}

/** What goes of the text between brackets: each entry with the comma and the space that part it from the next one that stays. */
function cutsOf(siblings: readonly Node[], removed: ReadonlySet<Node>): Edit[] {
  const lastKept = siblings.findLastIndex((entry) => !removed.has(entry));
  return siblings.flatMap((entry, at): Edit[] => {
    if (!removed.has(entry)) return [];
    const [before, after] = [siblings[at - 1], siblings[at + 1]];
    const isTail = at > lastKept && before !== undefined;
    const isLast = after === undefined || at > lastKept;
    const start = isTail ? endOf(before) : entry.offset;
    return [{ start, end: isLast ? endOf(entry) : after.offset, text: '' }];
  });
}

function endOf({ offset, length }: Node): number {
  return offset + length;
}

/** An index of a list is a number to the editor. */
function segments(value: unknown, [key, ...rest]: readonly string[]): JSONPath {
  if (key === undefined) return [];
  const inner = (value as Record<string, unknown>)[key];
  return [Array.isArray(value) ? Number(key) : key, ...segments(inner, rest)];
}

/** Every `$ref` into the file itself. A definition that refers to itself does not keep itself. */
function referencesIn(value: unknown, at = '#'): Set<string> {
  if (typeof value !== 'object' || value === null) return new Set();
  return new Set(
    Object.entries(value).flatMap(([key, inner]) => {
      if (key === '$ref' && typeof inner === 'string' && inner.startsWith('#/')) {
        return at === inner || at.startsWith(`${inner}/`) ? [] : [inner];
      }
      return [...referencesIn(inner, `${at}/${escaped(key)}`)];
    }),
  );
}

function escaped(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

function toPath(reference: string): string[] {
  return jsonPlace(reference).path as string[];
}

function toReference(path: readonly string[]): string {
  return ['#', ...path.map(escaped)].join('/');
}
