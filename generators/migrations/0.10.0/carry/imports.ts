/** One import declaration of a file. */
export interface Import {
  /** First line, and the line after the last one. */
  readonly range: readonly [number, number];
  readonly source: string;
  /** `type ` where all of it are types. */
  readonly kind: string;
  /** What is imported as a whole: `express`, or `* as path`. */
  readonly whole: readonly Bound[];
  readonly named: readonly Bound[];
}

interface Bound {
  readonly text: string;
  readonly name: string;
}

const STARTS = /^import\b(?!\s*\()/;
const ENDS = /['"][^'"]+['"]\s*;?\s*(?:\/\/.*)?$/;
const CLAUSE = /^import\s+(type\s+)?([^{'"]*)(?:\{([^}]*)\})?\s*from\s*['"]([^'"]+)['"]/;
const EFFECT = /^import\s*['"]([^'"]+)['"]/;

function bound(list: string): Bound[] {
  const parts = list.split(',').map((part) => part.trim().replace(/\s+/g, ' '));
  return parts.filter((part) => part !== '').map((text) => ({ text, name: text.split(' ').at(-1) as string }));
}

/** The static imports at the beginning of lines. */
export function importsIn(lines: readonly string[]): Import[] {
  const found: Import[] = [];
  for (let start = 0; start < lines.length; start++) {
    if (!STARTS.test(lines[start] as string)) continue;
    const length = lines.slice(start).findIndex((line) => ENDS.test(line)) + 1;
    if (length === 0) break;
    const range = [start, start + length] as const;
    const text = lines.slice(...range).join('\n');
    const [, kind = '', whole = '', named = '', source = EFFECT.exec(text)?.[1]] = CLAUSE.exec(text) ?? [];
    if (source !== undefined)
      found.push({ range, source, kind: kind.trim() && 'type ', whole: bound(whole), named: bound(named) });
    start += length - 1;
  }
  return found;
}

/** Names that code uses, strings, comments and keys of objects aside. */
export function namesIn(code: string): ReadonlySet<string> {
  const plain = code
    .replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, "''")
    .replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
  const values = plain.replace(/([{,]\s*)[A-Za-z_$][\w$]*(?=\s*:)/g, '$1');
  return new Set(values.match(/(?<![.\w$])[A-Za-z_$][\w$]*/g) ?? []);
}

/** The declaration as code again, with the names alone that are used; null where none of them is. */
export function importText({ source, kind, whole, named }: Import, used: ReadonlySet<string>): string | null {
  if (whole.length + named.length === 0) return `import '${source}';`;
  const [one, more] = [whole, named].map((list) => list.filter(({ name }) => used.has(name)).map(({ text }) => text));
  const parts = [...(one ?? []), ...(more?.length ? [`{ ${more.join(', ')} }`] : [])];
  return parts.length === 0 ? null : `import ${kind}${parts.join(', ')} from '${source}';`;
}

/** Where formatters of imports put a source: Node.js' own, packages, aliases, then files, the farthest first. */
function rank(source: string): number {
  const kinds = [/^node:/, /^[^.#]/, /^#/, /^\.\.\//];
  const at = kinds.findIndex((kind) => kind.test(source));
  return at === -1 ? kinds.length : at;
}

/** Puts import declarations, one a text, into the order that linters expect. */
export function sortedImports(texts: readonly string[]): string[] {
  const keyed = texts.map((text) => ({ text, source: /['"]([^'"]+)['"]\s*;?\s*$/.exec(text)?.[1] ?? '' }));
  const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  return keyed.sort((a, b) => rank(a.source) - rank(b.source) || compare(a.source, b.source)).map(({ text }) => text);
}
