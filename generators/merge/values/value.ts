/** Parsed JSON or YAML, in a form in which no key is special and no digit is lost. */
export type Value = string | number | boolean | null | NumberText | readonly Value[] | ValueMap;
export type ValueMap = ReadonlyMap<string, Value>;

/** A number as it is written: to YAML `3.10` and `3.1` are one value, to a person they are two versions. */
export interface NumberText {
  readonly number: string;
}

export type ValuePath = readonly (string | number)[];

export function isMap(value: Value | undefined): value is ValueMap {
  return value instanceof Map;
}

export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

/** What is at a path; undefined where nothing is. */
export function valueAt(root: Value, path: ValuePath): Value | undefined {
  return path.reduce<Value | undefined>((value, key) => {
    if (isMap(value)) return value.get(String(key));
    return isList(value) ? value[key as number] : undefined;
  }, root);
}

/** Deep equality; the order of keys does not count. */
export function equal(a: Value | undefined, b: Value | undefined): boolean {
  if (a === b) return true;
  if (isMap(a) && isMap(b)) {
    return a.size === b.size && [...a].every(([key, value]) => b.has(key) && equal(value, b.get(key)));
  }
  if (isList(a) && isList(b)) return a.length === b.length && a.every((value, index) => equal(value, b[index]));
  const [first, second] = [a, b] as [Partial<NumberText> | null, Partial<NumberText> | null];
  return typeof first?.number === 'string' && first.number === second?.number;
}

/** A text that is the same for equal values and for no others. */
export function serialise(value: Value): string {
  if (isMap(value)) {
    const entries = [...value].sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${serialise(inner)}`).join()}}`;
  }
  if (isList(value)) return `[${value.map(serialise).join()}]`;
  return typeof value === 'object' && value !== null ? `n${(value as NumberText).number}` : JSON.stringify(value);
}

const LONGEST_SHOWN = 80;

function toData(value: Value): unknown {
  if (isMap(value)) return Object.fromEntries([...value].map(([key, inner]) => [key, toData(inner)]));
  if (isList(value)) return value.map(toData);
  return typeof value === 'object' && value !== null ? Number((value as NumberText).number) : value;
}

/** A value on one line, cut where it is long. */
export function showValue(value: Value): string {
  const number = (value as Partial<NumberText> | null)?.number;
  const text = typeof number === 'string' ? number : JSON.stringify(toData(value));
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}

/** The path of a value as people write it. */
export function showPath(path: ValuePath): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : part))
    .join('.')
    .replaceAll('.[', '[');
}
