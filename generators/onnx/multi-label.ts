import type { ServedValue } from './propose.ts';

/** A classifier whose classes do not exclude each other: each has a probability of its own. */
export interface MultiLabel {
  readonly scores: ServedValue;
  readonly why: string;
}

/**
 * What shows in a graph that several labels may apply to one row: beside the scores a yes or no for each of them, or scores
 * that come from a sigmoid, each by itself. Undefined where nothing shows it.
 */
export function findMultiLabel(outputs: readonly ServedValue[]): MultiLabel | undefined {
  const scores = outputs.filter(({ datatype, shape }) => datatype.startsWith('FP') && isWide(shape));
  const labels = outputs.find(
    ({ datatype, shape, binary }) => (datatype === 'BOOL' || datatype.includes('INT')) && binary && isWide(shape),
  );
  // An output more belongs to a model of several tasks.
  if (labels && scores[0] && outputs.length === 2) {
    const [found] = scores;
    if (found.shape[1] !== labels.shape[1]) return undefined;
    return { scores: found, why: `${labels.name} says yes or no to each label, beside ${found.name}` };
  }
  const [only, ...others] = outputs;
  if (only === undefined || only !== scores[0] || others.length > 0 || only.operator !== 'Sigmoid') return undefined;
  return { scores: only, why: `each value of ${only.name} comes from a sigmoid of its own` };
}

/** [rows, labels] with two labels or more. */
function isWide(shape: ServedValue['shape']): boolean {
  return shape.length === 2 && typeof shape[0] !== 'number' && typeof shape[1] === 'number' && shape[1] > 1;
}
