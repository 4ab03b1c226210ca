import type { Problem } from './rule.ts';
import { type Datatype, elementCount, hasBatchAxis, type Serving, type TensorSpec } from './serving.ts';

/** A tensor as the ONNX graph declares it. Axes without a fixed size are -1. */
export interface GraphTensor {
  readonly name: string;
  /** Undefined for sequences, maps and types without a name in the Open Inference Protocol. */
  readonly datatype: Datatype | undefined;
  /** The runtime's own word for the type, for messages. */
  readonly type: string;
  readonly shape: readonly number[];
}

export interface Graph {
  readonly inputs: readonly GraphTensor[];
  readonly outputs: readonly GraphTensor[];
}

/** Compares what serving.yaml promises with what the model is. An empty list means that they agree. */
export function graphProblems(serving: Serving, graph: Graph): Problem[] {
  const batched = hasBatchAxis(serving);
  const sides = (['inputs', 'outputs'] as const).flatMap((side) => {
    const agree = side === 'inputs' ? inputShapesAgree : batched ? batchShapesAgree : outputShapesAgree;
    return serving[side].flatMap((tensor, index) => tensorProblems(`${side}[${index}]`, tensor, graph[side], agree));
  });
  const given = new Set(serving.inputs.map((input) => input.name));
  const missing = graph.inputs
    .filter((input) => !given.has(input.name))
    .map((input) => ({
      field: 'inputs',
      expected: `an entry for the model's input "${input.name}" (${input.datatype ?? input.type} [${input.shape.join(', ')}])`,
      found: 'none',
      mend: 'Add it: the model cannot run without it.',
    }));
  return [...sides, ...missing];
}

const UNSERVED =
  'Sequences and maps (ZipMap) cannot be served: take the model in with `create-ml-serving model`, or list another output.';

type ShapesAgree = (promised: readonly number[], actual: readonly number[]) => boolean;

function tensorProblems(
  field: string,
  tensor: TensorSpec,
  declared: readonly GraphTensor[],
  agree: ShapesAgree,
): Problem[] {
  const actual = declared.find((candidate) => candidate.name === tensor.name);
  if (!actual) {
    const served = declared.filter(({ datatype }) => datatype !== undefined);
    const others = declared.filter(({ datatype }) => datatype === undefined);
    return [
      {
        field: `${field}.name`,
        expected: `one of the model's: ${served.map((candidate) => candidate.name).join(', ')}`,
        found: tensor.name,
        mend: [
          'Use the name in the graph.',
          ...others.map(({ name, type }) => `"${name}" is ${type}. ${UNSERVED}`),
        ].join(' '),
      },
    ];
  }
  if (actual.datatype === undefined) {
    return [
      {
        field: `${field}.datatype`,
        expected: 'a tensor of a type that can be served',
        found: `"${tensor.name}" is ${actual.type}`,
        mend: UNSERVED,
      },
    ];
  }
  const problems: Problem[] = [];
  if (actual.datatype !== tensor.datatype) {
    problems.push({
      field: `${field}.datatype`,
      expected: `${actual.datatype}, as in the model`,
      found: tensor.datatype,
      mend: 'Change it to what the model takes.',
    });
  }
  if (!agree(tensor.shape, actual.shape)) {
    problems.push({
      field: `${field}.shape`,
      expected: `[${actual.shape.join(', ')}], as in the model`,
      found: `[${tensor.shape.join(', ')}]`,
      mend: 'Change it to the shape in the graph (-1 for its free axes).',
    });
  }
  return problems;
}

/**
 * The contract may fix an axis that the graph leaves free (exporters lose sizes), save the first one: a graph with a free
 * batch must be declared so. Of an input it may never free or change an axis that the graph fixes. A graph that declares no
 * axes at all (rank unknown) agrees with any shape.
 */
function inputShapesAgree(promised: readonly number[], actual: readonly number[]): boolean {
  return actual.length === 0 || (promised.length === actual.length && promised.every(sizeAgrees(actual)));
}

function sizeAgrees(actual: readonly number[]): (size: number, axis: number) => boolean {
  return (size, axis) => size === actual[axis] || (actual[axis] === -1 && axis > 0);
}

/** What is promised of an output as free may have a size: the runtime infers more than the file declares. */
function outputShapesAgree(promised: readonly number[], actual: readonly number[]): boolean {
  if (actual.length === 0) return true;
  const agrees = sizeAgrees(actual);
  return promised.length === actual.length && promised.every((size, axis) => size === -1 || agrees(size, axis));
}

/**
 * The same where requests share a run: then the first axis is that of the rows, and may not have a size. Exporters differ
 * about [rows] and [rows, 1]: where the number of axes differs, the number of values in a row counts.
 */
function batchShapesAgree(promised: readonly number[], actual: readonly number[]): boolean {
  if (actual.length === 0) return true;
  if (actual[0] !== -1) return false;
  if (promised.length === actual.length) return outputShapesAgree(promised, actual);
  const [a, b] = [promised.slice(1), actual.slice(1)];
  return !a.includes(-1) && !b.includes(-1) && elementCount(a) === elementCount(b);
}
