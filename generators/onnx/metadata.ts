/** Keys under which exporters leave the names of columns and of classes in `metadata_props`. */
const FEATURE_KEYS = ['feature_names', 'features', 'input_features', 'feature_names_in_', 'columns', 'column_names'];
const LABEL_KEYS = [
  'labels',
  'class_labels',
  'class_names',
  'classes',
  'classes_',
  'target_names',
  'id2label',
  'names',
];

type Metadata = Readonly<Record<string, string>>;

export function featureNames(metadata: Metadata): string[] | undefined {
  return first(metadata, FEATURE_KEYS);
}

export function labelNames(metadata: Metadata): string[] | undefined {
  return first(metadata, LABEL_KEYS);
}

function first(metadata: Metadata, keys: readonly string[]): string[] | undefined {
  for (const key of keys) {
    const names = Object.hasOwn(metadata, key) ? parseNames(metadata[key] ?? '') : undefined;
    if (names) return names;
  }
  return undefined;
}

/**
 * A list of names, however it was written: JSON or Python, as a list or by index (`{"0": "cat"}`, `{0: 'cat'}`), or with
 * commas. Anything that is not clearly a list of names is none.
 */
export function parseNames(text: string): string[] | undefined {
  const trimmed = text.trim();
  const names = /^[[({]/.test(trimmed) ? bracketed(trimmed) : separated(trimmed);
  const distinct = names !== undefined && names.length > 0 && new Set(names).size === names.length;
  return distinct && names.every((name) => name !== '') ? names : undefined;
}

function separated(text: string): string[] | undefined {
  return text.includes(',') ? text.split(',').map((name) => name.trim()) : undefined;
}

function bracketed(text: string): string[] | undefined {
  return fromData(parseJson(text)) ?? fromPython(text);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function fromData(data: unknown): string[] | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  const names = Array.isArray(data) ? data : byIndex(Object.entries(data));
  const plain = names?.every((name) => typeof name === 'string' || typeof name === 'number');
  return plain ? names?.map(String) : undefined;
}

/** Entries whose keys are 0, 1, 2, …, in whatever order. */
function byIndex(entries: readonly (readonly [string, unknown])[]): unknown[] | undefined {
  const names = new Map(entries);
  const list = entries.map((_, index) => names.get(String(index)));
  return names.size === entries.length && list.every((name) => name !== undefined) ? list : undefined;
}

const PYTHON_TEXT = String.raw`'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"`;

/** What Python's repr() writes for a list, a tuple or a dict of texts. */
function fromPython(text: string): string[] | undefined {
  const inner = text.slice(1, -1).trim().replace(/,$/, '');
  const item = new RegExp(String.raw`\s*(?:(\d{1,9})\s*:\s*)?(${PYTHON_TEXT})\s*(?:,|$)`, 'y');
  const items: [string | undefined, string][] = [];
  for (let match = item.exec(inner); match; match = item.exec(inner)) {
    items.push([match[1], unquote(match[2] ?? '')]);
    if (item.lastIndex === inner.length) break;
  }
  if (item.lastIndex !== inner.length || items.length === 0) return undefined;
  const keyed = items.filter(([key]) => key !== undefined);
  if (keyed.length === 0) return items.map(([, name]) => name);
  return byIndex(keyed as [string, string][]) as string[] | undefined;
}

function unquote(quoted: string): string {
  return quoted.slice(1, -1).replace(/\\(.)/g, '$1');
}
