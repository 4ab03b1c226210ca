import { readFileSync } from 'node:fs';
import { type GivenModel, missingTokenizer } from '../generators/app/given-model.ts';
import { withPictureSteps } from '../generators/app/picture-steps/steps.ts';
import { ServingError } from '../generators/errors.ts';
import { goldenText, parseGoldenFile } from '../generators/onnx/golden-file.ts';
import { withGoldenScores } from '../generators/onnx/golden-scores.ts';
import { type Intake, takeIn } from '../generators/onnx/intake.ts';
import type { ModelType } from '../generators/tensor.ts';
import { preprocessorNear } from './given-preprocessor.ts';
import { readTokenizer, withoutMark } from './given-tokenizer.ts';
import { isRecord, readRecord } from './read-record.ts';

export interface ModelFiles {
  readonly model: string;
  readonly tokenizer?: string | undefined;
  /** A file of samples, or a folder with a record of training. */
  readonly golden?: string | undefined;
}

/**
 * Reads a model that somebody names, with its tokenizer, its golden samples and the settings of its pictures.
 * @param modelType where it has been said already
 * @param has whether a file is in the repository already
 * @throws MODEL_* for a model that cannot be served, and before anything is asked
 */
export function readGivenModel(
  files: ModelFiles,
  modelType?: ModelType,
  has: (path: string) => boolean = () => false,
): GivenModel {
  const record = files.golden !== undefined && isRecord(files.golden) ? readRecord(files.golden) : undefined;
  const golden = record ? Buffer.from(goldenText(record.golden)) : readSamples(files.golden);
  const taken = withPictureSteps(takeIn(files.model), preprocessorNear(files.model));
  const intake = withAnswers(taken, golden);
  const schema = modelType === undefined ? intake.schema : intake.propose(modelType);
  const tokenizer = readTokenizer(files.model, files.tokenizer);
  const wanted = schema.inputs.find(({ text }) => text?.tokenizer)?.text?.tokenizer;
  if (wanted !== undefined && tokenizer === undefined && !has(wanted)) throw missingTokenizer(files.model);
  return {
    file: files.model,
    intake,
    tokenizer,
    golden,
    record,
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

function readSamples(file: string | undefined): Uint8Array | undefined {
  if (file === undefined) return undefined;
  try {
    const bytes = withoutMark(readFileSync(file));
    parseGoldenFile(bytes.toString('utf8'), file);
    return bytes;
  } catch (error) {
    throw readable(error, 'MODEL_GOLDEN', file);
  }
}

function readable(error: unknown, code: 'MODEL_GOLDEN', file: string): unknown {
  if (error instanceof ServingError) return error;
  const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
  return new ServingError(code, `${file} cannot be read: ${reason}.`, { cause: error, hint: 'Name a file of JSON.' });
}
