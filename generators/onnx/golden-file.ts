import { ServingError } from '../errors.ts';

/** Requests with the answers that they should get; without an answer until the model has been asked. */
export interface GoldenFile {
  readonly tolerance: number;
  readonly samples: readonly { readonly instance: unknown; readonly prediction?: unknown }[];
}

/**
 * Reads samples that somebody brings along with a model.
 * @param name the file's, for messages
 * @param answers whether every sample has to have its answer
 * @throws MODEL_GOLDEN
 */
export function parseGoldenFile(text: string, name: string, answers: 'all' | 'open' = 'all'): GoldenFile {
  let value: unknown;
  try {
    // Some editors begin UTF-8 with a byte order mark, which is no part of the text.
    value = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (cause) {
    throw invalid(`${name} is no JSON: ${(cause as Error).message}`, cause);
  }
  const { tolerance, samples } = (value ?? {}) as Partial<GoldenFile>;
  const complete = (sample: unknown) =>
    typeof sample === 'object' &&
    sample !== null &&
    'instance' in sample &&
    ('prediction' in sample || answers === 'open');
  if (typeof tolerance !== 'number' || !(tolerance >= 0)) throw invalid(`${name} has no "tolerance", such as 1e-5`);
  if (!Array.isArray(samples) || samples.length === 0 || !samples.every(complete)) {
    throw invalid(`${name} has no "samples": a list of {"instance": ..., "prediction": ...}`);
  }
  return value as GoldenFile;
}

function invalid(message: string, cause?: unknown): ServingError {
  const hint = 'Its form: {"tolerance": 1e-5, "samples": [{"instance": {...}, "prediction": {...}}]}.';
  return new ServingError('MODEL_GOLDEN', `${message}.`, { hint, cause });
}

/** For people, as long as people would read it; a line for each number of a large tensor helps nobody. */
export function goldenText(golden: GoldenFile): string {
  const compact = JSON.stringify(golden);
  return `${compact.length > 4096 ? compact : JSON.stringify(golden, null, 2)}\n`;
}
