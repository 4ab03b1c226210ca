import { HttpError } from '../api.ts';
import { withoutMark } from '../byte-order-mark.ts';
import { jsonProblem, ServiceError } from '../errors.ts';

/** Requests with the answers that the model's training library gave: what was released is what is served. */
export interface Golden {
  readonly tolerance: number;
  readonly samples: readonly GoldenSample[];
}

/** What golden.json holds. */
export interface GoldenFile {
  readonly tolerance: number;
  readonly all: readonly Question[];
  /** Undefined where no sample has its answer. */
  readonly golden: Golden | undefined;
}

/** A sample, with or without its answer. */
export interface Question {
  readonly instance: unknown;
  readonly prediction?: unknown;
}

export interface GoldenSample {
  readonly instance: unknown;
  readonly prediction: unknown;
}

export interface Comparison {
  readonly agrees: boolean;
  /** Largest difference between two numbers at the same place. */
  readonly maxAbsDiff: number;
  /** The first place that differs, in words. */
  readonly difference?: string;
}

/**
 * Reads golden.json. A sample without a prediction is a question that nobody has answered yet: it is no golden sample
 * until `npm run golden -- --write` has recorded an answer.
 */
export function parseGolden(text: string, source: string): GoldenFile {
  let value: unknown;
  try {
    value = JSON.parse(withoutMark(text));
  } catch (error) {
    throw new ServiceError('CONFIG_INVALID', `${source}: not JSON: ${jsonProblem(error)}`, { cause: error });
  }
  const { tolerance, samples } = (value ?? {}) as Partial<Golden>;
  const listed = Array.isArray(samples) && samples.every((sample) => isObject(sample) && 'instance' in sample);
  if (typeof tolerance !== 'number' || !(tolerance >= 0) || !listed || samples.length === 0) {
    throw new ServiceError(
      'CONFIG_INVALID',
      `${source}: expected {"tolerance": number, "samples": [{"instance": …, "prediction": …}, …]} with at least one sample`,
    );
  }
  const answered = samples.filter((sample) => 'prediction' in sample);
  return {
    all: samples,
    tolerance,
    golden: answered.length > 0 ? { tolerance, samples: answered } : undefined,
  };
}

const REFUSALS: readonly string[] = ['INVALID_INPUT', 'INFERENCE_FAILED', 'INPUT_REFUSED', 'OUTPUT_NOT_FINITE'];
/** Their cause says what the model or the runtime said. */
const OF_THE_RUN: readonly string[] = ['INFERENCE_FAILED', 'INPUT_REFUSED'];

/** Why a sample gets no answer, where that is the sample's or the model's own doing; undefined for all other errors. */
export function refusalOf(error: unknown): string | undefined {
  // What a hook refuses.
  if (error instanceof HttpError) return error.message;
  if (!(error instanceof ServiceError) || !REFUSALS.includes(error.code)) return undefined;
  return OF_THE_RUN.includes(error.code) ? `the model fails on it: ${error.cause}` : error.message;
}

/** Numbers agree within the tolerance, relative where they are larger than 1; all else must be equal. */
export function compare(expected: unknown, actual: unknown, tolerance: number): Comparison {
  let maxAbsDiff = 0;
  let difference: string | undefined;
  const differ = (path: string, a: unknown, b: unknown): void => {
    difference ??= `${path || 'the prediction'}: expected ${JSON.stringify(a)}, found ${JSON.stringify(b)}`;
  };
  const walk = (a: unknown, b: unknown, path: string): void => {
    if (typeof a === 'number' && typeof b === 'number') {
      const gap = Math.abs(a - b);
      maxAbsDiff = Math.max(maxAbsDiff, gap);
      if (!(gap <= tolerance * Math.max(1, Math.abs(a)))) differ(path, a, b);
    } else if (isObject(a) && isObject(b) && Array.isArray(a) === Array.isArray(b)) {
      for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) walk(a[key], b[key], `${path}/${key}`);
    } else if (a !== b) differ(path, a, b);
  };
  walk(expected, actual, '');
  return difference === undefined ? { agrees: true, maxAbsDiff } : { agrees: false, maxAbsDiff, difference };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
