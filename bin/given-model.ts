import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type GivenModel, missingTokenizer } from '../generators/app/given-model.ts';
import { ServingError } from '../generators/errors.ts';
import { parseGoldenFile } from '../generators/onnx/golden-file.ts';
import { withGoldenScores } from '../generators/onnx/golden-scores.ts';
import { type Intake, takeIn } from '../generators/onnx/intake.ts';
import type { ModelType } from '../generators/tensor.ts';

export interface ModelFiles {
  readonly model: string;
  readonly tokenizer?: string | undefined;
  readonly golden?: string | undefined;
}

/**
 * Reads a model that somebody names, with its tokenizer and its golden samples.
 * @param modelType where it has been said already
 * @param has whether a file is in the repository already
 * @throws MODEL_* for a model that cannot be served, and before anything is asked
 */
export function readGivenModel(
  files: ModelFiles,
  modelType?: ModelType,
  has: (path: string) => boolean = () => false,
): GivenModel {
  const golden = files.golden === undefined ? undefined : readGolden(files.golden);
  const intake = withAnswers(takeIn(files.model), golden);
  const schema = modelType === undefined ? intake.schema : intake.propose(modelType);
  const tokenizer = readTokenizer(files);
  const wanted = schema.inputs.find(({ text }) => text?.tokenizer)?.text?.tokenizer;
  if (wanted !== undefined && tokenizer === undefined && !has(wanted)) throw missingTokenizer(files.model);
  return {
    file: files.model,
    intake,
    tokenizer,
    golden,
    released: new Date().toISOString().slice(0, 10),
  };
}

/** The samples of a person say how the answers of a classifier are called. */
function withAnswers(intake: Intake, golden: Uint8Array | undefined): Intake {
  if (!golden) return intake;
  const text = Buffer.from(golden).toString('utf8');
  return {
    ...intake,
    schema: withGoldenScores(intake.schema, text),
    propose: (modelType) => withGoldenScores(intake.propose(modelType), text),
  };
}

function readGolden(file: string): Uint8Array {
  try {
    const bytes = withoutMark(readFileSync(file));
    parseGoldenFile(bytes.toString('utf8'), file);
    return bytes;
  } catch (error) {
    throw readable(error, 'MODEL_GOLDEN', file);
  }
}

/** Some editors begin UTF-8 with a byte order mark: it is no part of the text, and is not copied into the repository. */
function withoutMark(bytes: Buffer): Buffer {
  return bytes.subarray(0, 3).equals(MARK) ? bytes.subarray(3) : bytes;
}

const MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const SETTINGS = 'tokenizer_config.json';

function readTokenizer({ model, tokenizer }: ModelFiles): ReadonlyMap<string, Uint8Array> | undefined {
  const file = tokenizer ?? tokenizerNear(model);
  if (file === undefined) return undefined;
  const settings = join(dirname(file), SETTINGS);
  try {
    const text = withoutMark(readFileSync(file));
    JSON.parse(text.toString('utf8'));
    return new Map([
      ['tokenizer.json', text],
      ...(existsSync(settings) ? [[SETTINGS, withoutMark(readFileSync(settings))] as const] : []),
    ]);
  } catch (error) {
    throw readable(error, 'MODEL_TOKENIZER', file);
  }
}

/** Beside the model, or above a folder `onnx`: so do the exporters of transformers put it. */
function tokenizerNear(model: string): string | undefined {
  const folder = dirname(model);
  const folders = [folder, ...(basename(folder) === 'onnx' ? [dirname(folder)] : [])];
  return folders.map((place) => join(place, 'tokenizer.json')).find((file) => existsSync(file));
}

function readable(error: unknown, code: 'MODEL_GOLDEN' | 'MODEL_TOKENIZER', file: string): unknown {
  if (error instanceof ServingError) return error;
  const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
  return new ServingError(code, `${file} cannot be read: ${reason}.`, { cause: error, hint: 'Name a file of JSON.' });
}
