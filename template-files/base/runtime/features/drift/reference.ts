import { createHash } from 'node:crypto';
import { type Problem, problemsError } from '../../contract/rule.ts';
import type { ModelSpec } from '../../contract/serving.ts';
import { jsonProblem, ServiceError } from '../../errors.ts';
import type { Watched } from '../../inference/watched.ts';
import { type Bins, categoryBins, labelBins, rangeBins } from './bins.ts';

/** How features and predictions were distributed when the model was made; what live traffic is compared with. */
export interface Reference {
  readonly apiVersion: 'ml-serving/reference-v1';
  readonly model: Pick<ModelSpec, 'version' | 'sha256'>;
  /** Rows that it was made from. */
  readonly rows: number;
  readonly features: readonly Column[];
  readonly outputs: readonly Column[];
}

/** Shares of the rows by bin, in the order of the bins; `other` and `missing` are what no bin has. */
export interface Column {
  readonly name: string;
  readonly kind: Watched['kind'];
  /** Of numbers and lengths: bounds of the bins, one more than there are shares. The first and last are the range. */
  readonly edges?: readonly number[];
  /** Of categories and labels. */
  readonly categories?: readonly string[];
  readonly shares: readonly number[];
  readonly other?: number;
  readonly missing?: number;
}

const MEND = 'Make it again: npm run reference -- <file of training data>.';
/** Shares are rounded. */
const SUM_TOLERANCE = 1e-3;

/** Reads a reference. @throws REFERENCE_INVALID with everything that is wrong with it */
export function parseReference(text: string, source = 'reference.json'): Reference {
  let value: Partial<Reference> | null;
  try {
    value = JSON.parse(text) as Partial<Reference> | null;
  } catch (error) {
    throw new ServiceError('REFERENCE_INVALID', `${source}: not JSON: ${jsonProblem(error)}. ${MEND}`);
  }
  const { apiVersion, model, rows, features, outputs } = value ?? {};
  const whole =
    apiVersion === 'ml-serving/reference-v1' &&
    typeof model?.sha256 === 'string' &&
    Number.isSafeInteger(rows) &&
    Array.isArray(features) &&
    Array.isArray(outputs);
  const found = whole ? [...columnProblems('features', features), ...columnProblems('outputs', outputs)] : [WHOLE];
  if (found.length > 0) throw problemsError('REFERENCE_INVALID', source, found);
  return value as Reference;
}

const WHOLE: Problem = {
  field: 'the file',
  expected: 'apiVersion ml-serving/reference-v1, model, rows, features and outputs',
  found: 'something else',
  mend: MEND,
};

function columnProblems(side: string, columns: readonly unknown[]): Problem[] {
  return columns.flatMap((column, i) => {
    const expected = shapeProblem((column ?? {}) as Partial<Column>);
    return expected ? [{ field: `${side}[${i}]`, expected, found: brief(column), mend: MEND }] : [];
  });
}

/** What a column should have been; undefined when it is. */
function shapeProblem({ name, kind, edges, categories, shares, other = 0, missing = 0 }: Partial<Column>) {
  if (typeof name !== 'string') return 'a name';
  const ranges = kind === 'number' || kind === 'length';
  if (!ranges && kind !== 'category' && kind !== 'label') return 'a kind of number, length, category or label';
  const bins = ranges ? risingCount(edges) : textCount(categories);
  if (bins === undefined) return ranges ? 'edges in rising order' : 'a list of categories';
  const all = [...(Array.isArray(shares) ? shares : [Number.NaN]), other, missing];
  if (all.length !== bins + 2 || !all.every((share) => typeof share === 'number' && share >= 0 && share <= 1)) {
    return `${bins} shares from 0 to 1`;
  }
  const sum = all.reduce((total, share) => total + share, 0);
  return Math.abs(sum - 1) <= SUM_TOLERANCE ? undefined : `shares that sum to 1 (they sum to ${sum})`;
}

function risingCount(edges: unknown): number | undefined {
  if (!Array.isArray(edges) || edges.length < 2 || !edges.every(Number.isFinite)) return undefined;
  // A bin may be a single value: its edge is there twice, and no more often.
  const rising = edges.every(
    (edge, i) => i === 0 || edge > edges[i - 1] || (edge === edges[i - 1] && edge !== edges[i - 2]),
  );
  return rising ? edges.length - 1 : undefined;
}

function textCount(categories: unknown): number | undefined {
  if (!Array.isArray(categories) || new Set(categories).size !== categories.length) return undefined;
  return categories.every((category) => typeof category === 'string') ? categories.length : undefined;
}

function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

/**
 * The reference under the labels that serving.yaml has now. Of the same model a label stays the label of its place, whatever it is
 * called: a new name needs no training data. Labels that have changed places are no new names, and stay as they are.
 */
export function relabelled(reference: Reference, outputs: readonly Watched[]): Reference {
  return {
    ...reference,
    outputs: reference.outputs.map((column) => {
      const { names, said } = outputs.find(({ name }) => name === column.name) ?? {};
      const { categories } = column;
      // Labels that the model itself answers with are its own.
      if (!names || !categories || said !== undefined || names.length !== categories.length) return column;
      const isRenamed = categories.every(
        (category, place) =>
          category === names[place] || !(names.includes(category) || categories.includes(names[place] ?? '')),
      );
      return isRenamed ? { ...column, categories: names } : column;
    }),
  };
}

/** @throws REFERENCE_INVALID where it has not exactly the columns that are watched */
export function checkFit(reference: Reference, features: readonly Watched[], outputs: readonly Watched[]): void {
  const problems = [
    ...sideProblems('features', reference.features, features),
    ...sideProblems('outputs', reference.outputs, outputs),
  ];
  if (problems.length > 0) throw problemsError('REFERENCE_INVALID', 'reference.json', problems);
}

function sideProblems(side: string, columns: readonly Column[], watched: readonly Watched[]): Problem[] {
  const strangers = columns
    .filter((column) => !watched.some(({ name }) => name === column.name))
    .map(({ name }) => ({ field: side, expected: 'columns of serving.yaml', found: `"${name}"`, mend: MEND }));
  const others = watched.flatMap((wanted): Problem[] => {
    const column = columns.find(({ name }) => name === wanted.name);
    const field = `${side} "${wanted.name}"`;
    if (!column) return [{ field, expected: 'a column, as in serving.yaml', found: 'none', mend: MEND }];
    if (column.kind !== wanted.kind)
      return [{ field, expected: `kind ${wanted.kind}`, found: column.kind, mend: MEND }];
    const same = wanted.kind !== 'label' || column.categories?.join('\0') === binsOf(wanted).labels.join('\0');
    return same ? [] : [{ field, expected: 'the labels of serving.yaml', found: brief(column.categories), mend: MEND }];
  });
  return [...strangers, ...others];
}

/** The bins of a watched column; without a reference only labels have any. */
export function binsOf({ kind, names, said, single }: Watched, column?: Column): Bins {
  if (kind === 'label') return labelBins(names ?? [], said !== undefined);
  if (kind === 'category') return categoryBins(column?.categories ?? []);
  return rangeBins(column?.edges ?? [0, 0], single);
}

/** The reference's share of each bin, in the order of the bins. */
export function sharesOf({ kind, shares, other = 0, missing = 0 }: Column): readonly number[] {
  if (kind === 'label') return shares;
  return kind === 'category' ? [...shares, other, missing] : [...shares, 0, 0, missing];
}

/**
 * Names what live counts are compared with, as the label `reference` of their series: counts by the bins of one reference are
 * never compared with the shares of another. Two models of the same rows and the same answers share it.
 */
export function referenceId({ rows, features, outputs }: Reference): string {
  return createHash('sha256')
    .update(JSON.stringify([rows, features, outputs]))
    .digest('hex')
    .slice(0, 12);
}

/** For people, who read a list of numbers better on one line. */
export function writeReference(reference: Reference): string {
  const text = JSON.stringify(reference, null, 2);
  return `${text.replace(/\[[-+\d.e,\s]+\]/g, (list) => list.replace(/\s+/g, ' ').replace('[ ', '[').replace(' ]', ']'))}\n`;
}
