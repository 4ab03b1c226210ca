import { isList, isMap, serialise, type Value } from './value.ts';

/** Keys by which people tell the elements of a list apart, best first. */
export const IDENTITIES = ['id', 'name', 'key'] as const;

/** From this share of equal content on, an element with another name is the old one. */
const RENAMED = 0.6;
/** Below this many equal characters, equal content is chance: many settings are `true` or 1. */
const LEAST_EVIDENCE = 12;
/** From this share on, it may be the old one, and a person decides. */
const DOUBTFUL = 0.3;

/** The content of a value as lines with the keys that lead to them; how often each occurs. */
type Content = ReadonlyMap<string, number>;

function* linesOf(value: Value, path: string): Generator<string> {
  if (isMap(value)) for (const [key, inner] of value) yield* linesOf(inner, `${path}/${key}`);
  else if (isList(value)) for (const inner of value) yield* linesOf(inner, `${path}/*`);
  else if (typeof value === 'string') for (const line of value.trimEnd().split('\n')) yield `${path}=${line.trim()}`;
  else yield `${path}=${serialise(value)}`;
}

/** @param isElement whether the value is an element of a list, whose own name says nothing about a renaming */
export function contentOf(value: Value, isElement: boolean): Content {
  const content = new Map<string, number>();
  const body = isElement && isMap(value) ? new Map([...value].filter(([key]) => !isIdentity(key))) : value;
  for (const line of linesOf(body, '')) content.set(line, (content.get(line) ?? 0) + 1);
  return content;
}

function isIdentity(key: string): boolean {
  return (IDENTITIES as readonly string[]).includes(key);
}

/** The characters of a line behind the keys, and one, so that an empty text counts too. */
function weight(line: string): number {
  return line.length - line.indexOf('=');
}

function weigh(content: Content): number {
  return [...content].reduce((sum, [line, count]) => sum + weight(line) * count, 0);
}

export type Likeness = 'same' | 'doubtful' | 'other';

/** How much of two contents is equal, by Dice: twice the common weight, divided by the weight of both. */
export function likeness(a: Content, b: Content): { readonly share: number; readonly is: Likeness } {
  const common = [...a].reduce((sum, [line, count]) => sum + weight(line) * Math.min(count, b.get(line) ?? 0), 0);
  const all = weigh(a) + weigh(b);
  const share = all === 0 ? 0 : (2 * common) / all;
  const is = share >= RENAMED && common >= LEAST_EVIDENCE ? 'same' : share >= DOUBTFUL ? 'doubtful' : 'other';
  return { share, is };
}
