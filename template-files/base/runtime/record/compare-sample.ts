import type { InputSpec, Serving } from '../contract/serving.ts';
import { ServiceError } from '../errors.ts';
import { type Element, KINDS, put, type TensorData } from '../inference/datatypes.ts';
import { type Comparison, compare, refusalOf } from '../inference/golden.ts';
import type { OnStep, Step, StepName } from '../inference/preprocess/encoder.ts';
import { takesStrings } from '../inference/preprocess/texts.ts';
import type { Block, Tensor } from '../inference/tensor.ts';
import {
  compareSteps,
  type RecordedSample,
  type StepArray,
  type StepResult,
  type TrainingRecord,
} from './compare-steps.ts';
import { answerTolerance } from './difference.ts';

/** The service, as far as samples are sent through it. */
export interface Followed {
  /** What becomes of an instance, and its answer. */
  readonly follow: (instance: unknown, onStep: OnStep) => Promise<{ blocks: readonly Block[]; prediction: unknown }>;
  /** The answer to tensors. */
  readonly answer: (block: Block) => Promise<unknown>;
}

/** A sample of training beside what the service makes of it. */
export interface SampleResult {
  readonly name: string;
  readonly steps: readonly StepResult[];
  /** The first step from which on the two differ; `answer` where all before it agree, `input` where the service refuses the sample. */
  readonly culprit: string | undefined;
  /** Steps that were recorded and could not be compared. */
  readonly left: readonly string[];
  /** What the model answers to training's own tensors: whether the difference is before the model or behind it. */
  readonly isolated?: string;
}

/**
 * Sends a sample through the service and compares each step.
 * @throws RECORD_INVALID for a sample in which nothing can be compared; what the runtime throws
 */
export async function compareSample(
  serving: Serving,
  record: TrainingRecord,
  sample: RecordedSample,
  service: Followed,
): Promise<SampleResult> {
  const { name } = sample;
  const steps: Step[] = [];
  const followed = await service
    .follow(sample.instance(), (_, step) => steps.push(step))
    .catch((error: unknown) => {
      const reason = refusalOf(error);
      if (reason === undefined) throw error;
      return reason;
    });
  if (typeof followed === 'string') return { name, steps: [], culprit: 'input', left: [], isolated: followed };
  const { blocks, prediction } = followed;
  const served = [...steps, modelStep(serving, blocks)];
  const { results, left, tensors } = compareSteps(serving, record, sample, served);
  const tolerance = answerTolerance(serving, record);
  const answer = sample.answer === undefined ? [] : [answerResult(compare(sample.answer, prediction, tolerance))];
  const all = [...results, ...answer];
  if (all.length === 0) {
    const message = `${name}: nothing can be compared; it has no answer, and the service shows ${served.map((step) => step.name).join(', ')}`;
    throw new ServiceError('RECORD_INVALID', message);
  }
  const culprit = culpritOf(results, answer);
  const block = culprit === undefined || answer.length === 0 ? undefined : blockOf(serving.inputs, tensors);
  if (!block) return { name, steps: all, culprit, left };
  const isolated = compare(sample.answer, await service.answer(block), tolerance);
  const isOwnAgreed = answer.every(({ agrees }) => agrees);
  const inexact = culprit === 'answer' && isolated.agrees ? firstInexact(results) : undefined;
  const text = inexact
    ? `given training's tensors, the model answers as it did in training: what is within the bound of ${inexact} changes the answer`
    : isolatedText(isolated, isOwnAgreed);
  return { name, steps: all, culprit: inexact ?? culprit, left, isolated: text };
}

/** The first of the steps that are near and not equal to the end. */
function firstInexact(results: readonly StepResult[]): string | undefined {
  const lastExact = results.findLastIndex(({ exact }) => exact);
  return results[lastExact + 1]?.name;
}

/** What follows from the model's answer to training's own tensors. */
function isolatedText({ agrees, difference }: Comparison, isOwnAgreed: boolean): string {
  if (agrees)
    return "given training's tensors, the model answers as it did in training: the difference is before the model";
  const what = `given training's tensors, the model does not answer as it did in training (${difference})`;
  return isOwnAgreed
    ? `${what}, though the service does: record the tensors and the answer of the same run`
    : `${what}: look at the model and at its outputs in serving.yaml`;
}

function modelStep(serving: Serving, [block]: readonly Block[]): Step {
  const tensors = serving.inputs.flatMap(({ name }, i) => {
    const tensor = block?.tensors[i];
    return tensor ? [{ ...tensor, name }] : [];
  });
  return { name: lastStep(serving), tensors };
}

function answerResult({ agrees, difference, maxAbsDiff }: ReturnType<typeof compare>): StepResult {
  return {
    name: 'answer',
    agrees,
    exact: agrees && maxAbsDiff === 0,
    text: difference ?? (maxAbsDiff === 0 ? 'equal' : `largest difference ${maxAbsDiff}`),
  };
}

/** A step that differs and is followed by one that agrees again only has another form, such as channels that are dropped later. */
function culpritOf(results: readonly StepResult[], answer: readonly StepResult[]): string | undefined {
  const lastAgreeing = results.findLastIndex(({ agrees }) => agrees);
  const differing = results.find(({ agrees }, at) => at > lastAgreeing && !agrees);
  return (differing ?? answer.find(({ agrees }) => !agrees))?.name;
}

/** The step whose tensors the model gets. */
export function lastStep(serving: Pick<Serving, 'model' | 'inputs'>): StepName {
  if (serving.model.type === 'image-classification') return 'normalise';
  return serving.model.type === 'text-classification' && !takesStrings(serving) ? 'ids' : 'tensor';
}

/** A tensor as it is. */
export function arrayOf({ dims, data }: Tensor): StepArray {
  return Array.isArray(data) ? { dims, values: data } : { dims, values: data };
}

/** A tensor of the model as numbers: half floats are decoded. */
export function numbersOf(tensor: Tensor, { datatype }: Pick<InputSpec, 'datatype'>): StepArray {
  const { fromNumber, toNumber } = KINDS[datatype];
  if (!fromNumber || !toNumber) return arrayOf(tensor);
  return { dims: tensor.dims, values: Float32Array.from(tensor.data as Uint16Array, toNumber) };
}

/** The positions of a sequence that hold a token, which its mask says. Without a mask all of them do. */
export function unpadded(array: StepArray, mask: StepArray | undefined): StepArray {
  const { values } = array;
  if (!mask || mask.values.length !== values.length) return array;
  const kept = Array.from(values as ArrayLike<number | bigint>).filter((_, at) => Number(mask.values[at]) !== 0);
  return { dims: [kept.length], values: kept };
}

/** The input that says which positions hold a token. */
export function isMask({ name, text }: InputSpec): boolean {
  return text?.holds === undefined ? name === 'attention_mask' : text.holds === 'mask';
}

/** Tensors of training as the model takes them; undefined where they are not all there, or of other sizes. */
export function blockOf(inputs: readonly InputSpec[], recorded: ReadonlyMap<string, StepArray>): Block | undefined {
  const tensors = inputs.map((input): Tensor | undefined => {
    const array = recorded.get(input.name) ?? (inputs.length === 1 ? recorded.get('') : undefined);
    if (!array) return undefined;
    const dims = array.dims.length === input.shape.length - 1 ? [1, ...array.dims] : array.dims;
    const fits =
      dims.length === input.shape.length && dims.every((size, i) => [size, -1].includes(input.shape[i] ?? 0));
    const data = fits && dims[0] === 1 ? dataOf(input, array) : undefined;
    return data && { dims, data };
  });
  return tensors.includes(undefined) ? undefined : { rows: 1, key: '', tensors: tensors as Tensor[] };
}

function dataOf({ datatype }: InputSpec, { values }: StepArray): TensorData | undefined {
  const kind = KINDS[datatype];
  const data = kind.create(values.length);
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as Element;
    const isBig = data instanceof BigInt64Array || data instanceof BigUint64Array;
    if ((typeof value === 'string') !== Array.isArray(data)) return undefined;
    if (isBig && typeof value === 'number' && !Number.isInteger(value)) return undefined;
    if (isBig) put(data, at, BigInt(value));
    else put(data, at, typeof value === 'string' ? value : (kind.fromNumber?.(Number(value)) ?? Number(value)));
  }
  return data;
}

/** A sample in lines: each step, and where the two sides part. */
export function sampleLines({ name, steps, culprit, left, isolated }: SampleResult): string[] {
  if (culprit === 'input') return [`${name}: differs: the service refuses what training took: ${isolated}`];
  const lastAgreeing = steps.findLastIndex((step) => step.name !== 'answer' && step.agrees);
  return [
    `${name}: ${culprit === undefined ? 'agrees' : `differs from ${culprit} on`}`,
    ...steps.map(({ name: step, agrees, text }, at) => {
      const isForm = !agrees && at < lastAgreeing;
      return `  ${step}: ${agrees ? 'agrees' : isForm ? 'another form, and later steps agree' : 'differs'}, ${text}`;
    }),
    ...(left.length > 0 ? [`  not compared, because the service has none: ${left.join(', ')}`] : []),
    ...(isolated === undefined ? [] : [`  ${isolated}`]),
  ];
}

/** Of a record of which all agree: how many, and where they were made. */
export function agreementLine({ samples, versions }: Pick<TrainingRecord, 'samples' | 'versions'>): string {
  const libraries = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const origin = libraries.length > 0 ? ` (${libraries.join(', ')})` : '';
  const [noun, verb] = samples.length === 1 ? ['sample', 'agrees'] : ['samples', 'agree'];
  return `${samples.length} ${noun} of training${origin} ${verb} with the service.`;
}

/** The samples that differ in a sentence, with the first of the steps; undefined where all agree. */
export function verdict(results: readonly SampleResult[], order: readonly string[]): string | undefined {
  const differing = results.flatMap(({ culprit }) => culprit ?? []);
  if (differing.length === 0) return undefined;
  const [first] = [...differing].sort((a, b) => order.indexOf(a) - order.indexOf(b));
  return `${differing.length} of ${results.length} samples differ from training; the first step that differs is ${first}`;
}
