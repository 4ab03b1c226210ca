import { hasBatchAxis, type ModelType, type TensorSpec } from '../tensor.ts';
import { elementCode } from './elements.ts';
import { type Draft, encode } from './encode.ts';
import { fill, prediction } from './placeholder-answer.ts';
import { type Attribute, MODEL, type Node, type ValueInfo } from './schema.ts';

/** Every runtime since 2022 reads these. */
const IR_VERSION = 8;
const OPSET = 17;

export interface Placeholder {
  readonly bytes: Uint8Array;
  /** What the model answers to any one instance, in the form that golden samples of its type have. */
  readonly prediction: Readonly<Record<string, unknown>>;
}

/**
 * A tiny valid model with the declared inputs and outputs, so that a repository starts and answers before its model is
 * there. Probabilities are uniform; every other output answers 0, "" or false, with as many rows as the request has.
 */
export function placeholderModel(declared: {
  readonly modelType?: ModelType;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
}): Placeholder {
  const { modelType = 'custom', inputs, outputs } = declared;
  // Where the first axis is not free everywhere there are no rows to follow: every free axis gets one element.
  const batched = hasBatchAxis(declared) ? inputs[0] : undefined;
  const bytes = encode(MODEL, {
    irVersion: IR_VERSION,
    producerName: 'create-ml-serving',
    graph: {
      nodes: [
        ...(batched ? [batchSize(batched.name)] : []),
        ...outputs.flatMap((output, at) => answer(output, `placeholder/${at}`, batched !== undefined)),
      ],
      name: 'placeholder',
      inputs: inputs.map((input, at) => valueInfo(input, `in${at}`)),
      outputs: outputs.map((output, at) => valueInfo(output, `out${at}`)),
    },
    operatorSets: [{ version: OPSET }],
    metadata: [{ key: 'placeholder', value: 'true' }],
  });
  return { bytes, prediction: prediction(modelType, declared) };
}

const BATCH = 'placeholder/batch';

/** The number of rows of the request: the first axis of the first input that leaves it free. */
function batchSize(input: string): Draft<Node> {
  return { opType: 'Shape', inputs: [input], outputs: [BATCH], attributes: [int('start', 0), int('end', 1)] };
}

/** One output: its value, spread over its shape. A free axis that is not the batch gets size 1. */
function answer(output: TensorSpec, prefix: string, batched: boolean): Draft<Node>[] {
  const [literal, value, rest, joined] = ['literal', 'value', 'rest', 'shape'].map((part) => `${prefix}/${part}`) as [
    string,
    string,
    string,
    string,
  ];
  const follows = batched && output.shape[0] === -1;
  const sizes = (follows ? output.shape.slice(1) : output.shape).map((size) => BigInt(size === -1 ? 1 : size));
  const nodes: Draft<Node>[] = [
    { opType: 'Constant', outputs: [literal], attributes: [scalar(output)] },
    { opType: 'Cast', inputs: [literal], outputs: [value], attributes: [int('to', elementCode(output.datatype))] },
    {
      opType: 'Constant',
      outputs: [rest],
      attributes: [{ name: 'value_ints', ints: sizes, type: AttributeType.INTS }],
    },
  ];
  if (follows) nodes.push({ opType: 'Concat', inputs: [BATCH, rest], outputs: [joined], attributes: [int('axis', 0)] });
  nodes.push({ opType: 'Expand', inputs: [value, follows ? joined : rest], outputs: [output.name] });
  return nodes;
}

/** AttributeProto.AttributeType */
const AttributeType = { FLOAT: 1, INT: 2, STRING: 3, INTS: 7 } as const;

function int(name: string, value: number): Draft<Attribute> {
  return { name, int: BigInt(value), type: AttributeType.INT };
}

function scalar(output: TensorSpec): Draft<Attribute> {
  const value = fill(output);
  return typeof value === 'string'
    ? { name: 'value_string', string: new TextEncoder().encode(value), type: AttributeType.STRING }
    : { name: 'value_float', float: Number(value), type: AttributeType.FLOAT };
}

function valueInfo({ name, datatype, shape }: TensorSpec, prefix: string): Draft<ValueInfo> {
  const dims = shape.map((size, axis) =>
    size === -1 ? { param: axis === 0 ? 'N' : `${prefix}_${axis}` } : { value: BigInt(size) },
  );
  return { name, type: { tensor: { elementType: elementCode(datatype), shape: { dims } } } };
}
