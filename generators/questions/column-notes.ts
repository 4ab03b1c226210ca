import type { Feature, TensorSpec } from '../tensor.ts';
import { type Parsed, type Problem, show } from './problem.ts';

/**
 * The one-line notation of what columns hold: `age years 0..120, plan free|basic|pro`. A name, then a unit, a range with
 * either end open, or the values of a column of texts; columns that are left out have none.
 */
const RANGE = /(?:^|\s)(?<min>-?\d+(?:\.\d+)?(?:e[-+]?\d+)?)?\.\.(?<max>-?\d+(?:\.\d+)?(?:e[-+]?\d+)?)?$/i;

/** Notes by the name of their column. */
export type ColumnNotes = ReadonlyMap<string, Omit<Feature, 'name'>>;

/** Reads notes on the columns of some inputs. */
export function parseColumnNotes(text: string, inputs: readonly TensorSpec[]): Parsed<ColumnNotes> {
  const columns = new Map(
    inputs.flatMap(({ features = [], datatype }) => features.map(({ name }) => [name, datatype === 'BYTES'] as const)),
  );
  // A column may be called `a b`: the longest name that fits is meant.
  const names = [...columns.keys()].sort((a, b) => b.length - a.length);
  const notes = new Map<string, Omit<Feature, 'name'>>();
  const problems: Problem[] = [];
  for (const item of text.split(',').map((part) => part.trim())) {
    if (item === '') continue;
    const name = names.find((candidate) => item === candidate || item.startsWith(`${candidate} `));
    if (name === undefined) problems.push({ path: [], message: `${show(item)} starts with the name of no column` });
    else if (notes.has(name)) problems.push({ path: [], message: `the column ${show(name)} stands twice` });
    else notes.set(name, columns.get(name) ? categories(item, name) : unitAndRange(item.slice(name.length).trim()));
  }
  return problems.length > 0 ? { problems } : { value: notes };
}

function categories(item: string, name: string): Omit<Feature, 'name'> {
  const values = item.slice(name.length).trim();
  return values === '' ? {} : { categories: values.split('|').map((value) => value.trim()) };
}

function unitAndRange(text: string): Omit<Feature, 'name'> {
  const range = RANGE.exec(text);
  const { min, max } = range?.groups ?? {};
  const unit = (range ? text.slice(0, range.index) : text).trim();
  return {
    ...(unit !== '' && { unit }),
    ...(min !== undefined && { min: Number(min) }),
    ...(max !== undefined && { max: Number(max) }),
  };
}
