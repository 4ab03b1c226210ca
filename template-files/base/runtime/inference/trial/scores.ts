import { hasBatchAxis, type OutputSpec, type Serving } from '../../contract/serving.ts';
import { KINDS } from '../datatypes.ts';
import type { WorkerPool } from '../pool.ts';
import { type Block, stack, type Tensor } from '../tensor.ts';
import { allOutputs } from './run.ts';

/** Quantized and half-precision models round their probabilities. */
const SUM_TOLERANCE = 0.02;
const RANGE_TOLERANCE = 1e-3;

/** What a trial shows about the output with a classifier's labels: its values are not what serving.yaml takes them for. */
export interface ScoreFinding {
  /** Its place among the outputs. */
  readonly output: number;
  /** A clause without a full stop. */
  readonly what: string;
  /** The activation to write where the person who knows the model has not chosen one. */
  readonly activation: 'none' | undefined;
  /** The steps that make probabilities of the values. */
  readonly steps: readonly ('softmax' | 'sigmoid')[];
}

/**
 * Probabilities lie between 0 and 1, and those of classes that exclude each other add up to 1; what does not is a score. Of values
 * that are probabilities already, an activation would make wrong ones. Undefined where nothing contradicts serving.yaml.
 * @param answers of several runs: all outputs of each
 */
export function findScoreProblem(serving: Serving, answers: readonly (readonly Tensor[])[]): ScoreFinding | undefined {
  const { model, outputs } = serving;
  if (!model.type.endsWith('-classification')) return undefined;
  const output = outputs.findIndex(({ labels }) => labels);
  const spec = outputs[output];
  if (!spec || spec.activation === 'none') return undefined;
  const rows = answers.flatMap((tensors) => rowsOf(spec, tensors[output]));
  if (rows.length === 0) return undefined;
  const contradiction = rows.map((row) => contradictionOf(row, spec.multiLabel === true)).find((found) => found);
  if (spec.activation === undefined) {
    if (!contradiction) return undefined;
    const what = `the values of "${spec.name}" are not probabilities: ${contradiction}`;
    return { output, what, activation: 'none', steps: spec.multiLabel ? ['sigmoid'] : ['softmax', 'sigmoid'] };
  }
  // Scores may lie between 0 and 1 by chance; that they add up to 1 in several runs as well is none.
  const areProbabilities = rows.length > 1 && rows.every((row) => contradictionOf(row, false) === undefined);
  if (!areProbabilities) return undefined;
  const what = `the values of "${spec.name}" are probabilities already, and activation: ${spec.activation} is applied to them`;
  return { output, what, activation: undefined, steps: [] };
}

/** For people: what was found, and what to write. */
export function scoreFindingText({ output, what, activation, steps }: ScoreFinding): string {
  const place = `outputs[${output}].activation`;
  if (activation === undefined) return `${what}: remove ${place} from serving.yaml`;
  const forEach = { softmax: 'softmax (one class of several applies)', sigmoid: 'sigmoid (each label by itself)' };
  const choices = steps.map((step) => forEach[step]).join(' or ');
  return `${what}. In serving.yaml, ${place}: ${choices} makes probabilities of them; none answers them as scores`;
}

function contradictionOf(row: readonly number[], multiLabel: boolean): string | undefined {
  const outside = row.find((value) => value < -RANGE_TOLERANCE || value > 1 + RANGE_TOLERANCE);
  if (outside !== undefined) return `one is ${short(outside)} in a trial run`;
  const sum = row.reduce((total, value) => total + value, 0);
  if (multiLabel || Math.abs(sum - 1) <= SUM_TOLERANCE) return undefined;
  return `those of a row add up to ${short(sum)} in a trial run`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** Rows with a value that is no number show nothing. */
function rowsOf({ datatype, labels = [] }: OutputSpec, tensor: Tensor | undefined): number[][] {
  const { toNumber = Number } = KINDS[datatype];
  const data: ArrayLike<unknown> = tensor?.data ?? [];
  const values = Array.from(data, (element) => toNumber(element as number));
  const rows = Array.from({ length: Math.floor(values.length / labels.length) }, (_, row) =>
    values.slice(row * labels.length, (row + 1) * labels.length),
  );
  return rows.filter((row) => row.every(Number.isFinite));
}

/** Two numbers of rows: another axis of an answer may have one of them by chance. */
const TRIED_ROWS = [2, 3];

/** Places of the outputs whose first axis is not that of the rows, as far as runs of several rows show it. */
export async function outputsWithoutRows(
  pool: Pick<WorkerPool, 'run'>,
  serving: Serving,
  { rows, tensors }: Block,
): Promise<readonly number[]> {
  if (!hasBatchAxis(serving)) return [];
  const found = new Set<number>();
  for (const copies of TRIED_ROWS) {
    const stacked = tensors.map((tensor, i) =>
      stack(new Array(copies).fill(tensor), KINDS[serving.inputs[i]?.datatype ?? 'FP32'].create),
    );
    const outcome = await pool.run({ kind: 'run', tensors: stacked, fetch: allOutputs(serving) });
    if (outcome.kind !== 'done') return [];
    outcome.tensors.forEach(({ dims }, output) => {
      if (dims[0] !== copies * rows) found.add(output);
    });
  }
  return [...found].sort((a, b) => a - b);
}
