import { isMap, type Pair, parseDocument, type Scalar } from 'yaml';
import { rangeOf } from '../text-edits.ts';

/** Removes keys from the text of a YAML file, with the comments directly above them. The rest keeps its layout. */
export function withoutKeys(text: string, keys: readonly (readonly string[])[]): string {
  const document = parseDocument(text);
  return keys.filter((key) => document.hasIn(key)).reduce(withoutKey, text);
}

function withoutKey(text: string, path: readonly string[]): string {
  const document = parseDocument(text);
  const map = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (!isMap(map) || !map.has(path.at(-1) as string)) return text;
  if (map.flow || map.items.length === 1) throw new Error(`${path.join('.')} cannot be removed from its place`);
  const pair = map.items.find((item) => (item as Pair<Scalar>).key.value === path.at(-1)) as Pair<Scalar>;
  const keyStart = pair.key.range?.[0] as number;
  const isEmpty = (pair.value as Scalar | null)?.range === undefined;
  const end = lineEnd(text, isEmpty ? keyStart : rangeOf(document, path).end);
  const start = withComments(text, text.lastIndexOf('\n', keyStart) + 1);
  return joined(text.slice(0, start), text.slice(end));
}

/** Of two blank lines, above and below of what was between, one is enough; at the end of the file none is. */
function joined(above: string, below: string): string {
  if (below === '') return above.replace(/\n+$/, '\n');
  return above === '' || above.endsWith('\n\n') ? above + below.replace(/^\n/, '') : above + below;
}

function lineEnd(text: string, offset: number): number {
  const at = text.indexOf('\n', offset);
  return at < 0 ? text.length : at + 1;
}

/** Start of the lines of comment directly above a line. */
function withComments(text: string, start: number): number {
  const above = text.lastIndexOf('\n', start - 2) + 1;
  return start > 0 && /^\s*#/.test(text.slice(above, start)) ? withComments(text, above) : start;
}
