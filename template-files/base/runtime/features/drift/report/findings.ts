import type { Made } from '../make.ts';
import type { Column } from '../reference.ts';
import { tooSmallFor } from '../size.ts';
import { percent } from './format.ts';

const MUCH_MISSING = 0.05;
const MUCH_OTHER = 0.1;
const RARE_CLASS = 0.01;

/** What a person should look at before the data are trusted, a line each. */
export function findingsOf({ reference, invalid }: Made): readonly string[] {
  const { rows, features, outputs } = reference;
  const few = tooSmallFor(reference).any;
  return [
    ...(few.columns.length > 0
      ? [`${rows} rows are too few to tell drift from chance in ${named(few.columns)}: it takes ${few.needed} or more.`]
      : []),
    ...features.flatMap(columnFindings),
    ...[...invalid].map(([what, count]) => `${what}: ${count} values.`),
    ...outputs.flatMap(rareClasses),
  ];
}

function columnFindings(column: Column): string[] {
  const { name, missing = 0, other = 0 } = column;
  return [
    ...(missing >= MUCH_MISSING ? [`${name}: ${percent(missing)} of the values are missing.`] : []),
    ...(isConstant(column) ? [`${name}: all values are the same.`] : []),
    ...(other >= MUCH_OTHER
      ? [`${name}: ${percent(other)} of the values are none of the most frequent categories.`]
      : []),
  ];
}

function isConstant({ edges, categories, shares, missing = 0 }: Column): boolean {
  if (missing >= 1) return false;
  if (edges) return edges[0] === edges.at(-1);
  return (categories ?? []).length > 0 && shares.filter((share) => share > 0).length === 1;
}

function rareClasses({ name, kind, categories = [], shares }: Column): string[] {
  if (kind !== 'label') return [];
  const rare = categories.filter((_, i) => (shares[i] ?? 0) < RARE_CLASS);
  return rare.length === 0 ? [] : [`${name}: fewer than ${percent(RARE_CLASS)} of the answers are ${named(rare)}.`];
}

function named(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}
