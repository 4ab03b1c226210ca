import { ServingError } from '../errors.ts';
import type { GoldenFile } from './golden-file.ts';

/** What a record of training (the template's tools/record.py) says of its samples. */
export interface RecordSummary {
  /** Its samples with the answers of training, as golden samples. */
  readonly golden: GoldenFile;
  /** Names of the samples, in the same order. */
  readonly names: readonly string[];
  /** Steps that any sample has. */
  readonly steps: readonly string[];
  /** Of Python and its libraries, by name. */
  readonly versions: Readonly<Record<string, string>>;
}

const FORMAT = 'ml-serving-record/v1';

interface Sample {
  readonly name?: unknown;
  readonly raw?: { readonly file?: unknown; readonly text?: unknown; readonly row?: unknown };
  readonly steps?: unknown;
  readonly answer?: unknown;
}

/**
 * Makes golden samples of a record.
 * @param text of its record.json
 * @param name of that file, for messages
 * @param readFile gives a file of the record by its path in the folder
 * @throws MODEL_GOLDEN with the place, what was expected and what was found
 */
export function readRecordText(text: string, name: string, readFile: (path: string) => Uint8Array): RecordSummary {
  const root = parse(text, name);
  const { format, samples, versions = {}, tolerance } = root;
  if (format !== FORMAT) throw invalid(`${name} format: expected "${FORMAT}", found ${JSON.stringify(format)}`);
  if (!Array.isArray(samples) || samples.length === 0) throw invalid(`${name} has no samples`);
  const isGiven = tolerance !== undefined;
  if (isGiven && !(typeof tolerance === 'number' && tolerance >= 0)) {
    throw invalid(`${name} tolerance: expected a number of at least 0, found ${JSON.stringify(tolerance)}`);
  }
  const isPictures = samples.some((sample: Sample) => typeof sample?.raw?.file === 'string');
  return {
    golden: {
      // What the service itself takes where a record states none: pixels that agree to one of 255 change the last digits.
      tolerance: isGiven ? (tolerance as number) : isPictures ? 1e-3 : 1e-5,
      samples: samples.map((sample: Sample, i) => goldenSample(sample, `${name} samples[${i}]`, readFile)),
    },
    names: samples.map((sample: Sample, i) => String(sample.name ?? i)),
    steps: [...new Set(samples.flatMap(stepNames))],
    versions: Object.fromEntries(Object.entries(versions as object).map(([key, value]) => [key, String(value)])),
  };
}

function goldenSample(sample: Sample, where: string, readFile: (path: string) => Uint8Array) {
  const { file, text, row } = sample?.raw ?? {};
  if (sample?.answer === undefined) throw invalid(`${where} has no answer; record it with sample.answer(...)`);
  const prediction = sample.answer;
  if (typeof file === 'string') {
    return { instance: { image: Buffer.from(readFile(file)).toString('base64') }, prediction };
  }
  if (typeof text === 'string') return { instance: { text }, prediction };
  if (row !== undefined) return { instance: row, prediction };
  throw invalid(`${where}.raw: expected file, text or row`);
}

function stepNames({ steps }: Sample): string[] {
  return Array.isArray(steps) ? steps.map((step: { step?: unknown }) => String(step?.step)) : [];
}

function parse(text: string, name: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw invalid(`${name} is not JSON: ${(cause as Error).message}`, cause);
  }
  if (typeof value !== 'object' || value === null) throw invalid(`${name}: expected an object`);
  return value as Readonly<Record<string, unknown>>;
}

function invalid(message: string, cause?: unknown): ServingError {
  const hint = 'Nothing was changed. --golden takes a folder that tools/record.py of a repository has written.';
  return new ServingError('MODEL_GOLDEN', `${message}.`, { hint, cause });
}

/** A value, in as many characters as a line has. */
const BRIEF = 120;
/** Samples that are shown. */
const SHOWN = 5;

/** A record for people: where it was made, its steps, and the answers of training. */
export function recordNotes({ golden, names, steps, versions }: RecordSummary): string[] {
  const made = Object.entries(versions).map(([library, version]) => `${library} ${version}`);
  const { samples, tolerance } = golden;
  const answers = samples.slice(0, SHOWN).map(({ prediction }, i) => {
    const text = JSON.stringify(prediction);
    return `  ${names[i]}: ${text.length > BRIEF ? `${text.slice(0, BRIEF)}…` : text}`;
  });
  return [
    `record of training: ${samples.length} samples${made.length > 0 ? ` (${made.join(', ')})` : ''}, steps ${[...steps, 'answer'].join(', ')}, answers to ${tolerance}`,
    ...answers,
    ...(samples.length > SHOWN ? [`  and ${samples.length - SHOWN} more`] : []),
  ];
}
