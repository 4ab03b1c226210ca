/** Where in a value something is wrong, and what. The path starts at the answer: `['inputs', 0, 'datatype']`. */
export interface Problem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** A value that was read, or everything that is wrong with it. */
export type Parsed<T> = { readonly value: T } | { readonly problems: readonly Problem[] };

/** `inputs[0].datatype` */
export function formatPath(path: readonly (string | number)[]): string {
  return path.map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? part : `.${part}`)).join('');
}

/** A value as an error message may show it: one line, not too long. */
export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** A person mends a few at a time; a file of nonsense would give thousands. */
export const MOST_PROBLEMS = 20;

/** The first problems as lines, and how many more there are. */
export function firstLines<T>(problems: readonly T[], line: (problem: T) => string): string[] {
  const more = problems.length - MOST_PROBLEMS;
  return [...problems.slice(0, MOST_PROBLEMS).map(line), ...(more > 0 ? [`and ${more} more`] : [])];
}
