import type { Serving } from '../contract/serving.ts';
import { ServiceError } from '../errors.ts';
import { type Comparison, compare, refusalOf } from '../inference/golden.ts';
import type { OnStep, Step } from '../inference/preprocess/steps.ts';
import type { Block } from '../inference/tensor.ts';
import { answerTolerance } from './bounds.ts';
import { compareSteps, type StepResult } from './compare-steps.ts';
import type { RecordedSample, TrainingRecord } from './recorded.ts';
import { blockOf, lastStep } from './served.ts';

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
