import { posix } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { ServingError } from '../errors.ts';
import { fitProblems } from '../onnx/fit.ts';
import { goldenText } from '../onnx/golden-file.ts';
import type { Intake } from '../onnx/intake.ts';
import { modelFolder } from '../onnx/model-folder.ts';
import type { RecordSummary } from '../onnx/training-record.ts';
import type { Answers } from '../questions/questions.ts';
import { placeholderInstance } from '../render/placeholder-instance.ts';
import type { RealModel } from '../render/with-model.ts';
import type { TensorSpec, Unknown } from '../tensor.ts';

/** A model that somebody gave, with what belongs to it. */
export interface GivenModel {
  /** As it was named. */
  readonly file: string;
  readonly intake: Intake;
  /** Files of the tokenizer by their own names, `tokenizer.json` first; undefined where there is none. */
  readonly tokenizer: ReadonlyMap<string, Uint8Array> | undefined;
  /** Samples with the training library's answers, as they were written. */
  readonly golden: Uint8Array | undefined;
  /** The record of training that the samples are from, where they are. */
  readonly record?: GivenRecord | undefined;
  /** The day, YYYY-MM-DD. */
  readonly released: string;
}

/** A record of training, and its folder as an absolute path. */
export interface GivenRecord extends RecordSummary {
  readonly folder: string;
}

const MODEL = 'model.onnx';
const GOLDEN = 'golden.json';
const TOLERANCE = 1e-5;

/**
 * The files of `model/` for a given model and the answers about it.
 * @throws MODEL_MISMATCH, MODEL_TOKENIZER, MODEL_EXTERNAL_DATA
 */
export function realModel(given: GivenModel, answers: Answers): RealModel {
  const { intake, released } = given;
  const problems = fitProblems(answers, intake.summary);
  if (problems.length > 0) {
    throw new ServingError('MODEL_MISMATCH', `${given.file} is not what the answers say:\n${problems.join('\n')}`);
  }
  const tokenizer = tokenizerFiles(given, answers.inputs);
  const inFolder = (path: string) => posix.relative('model', path);
  const files = modelFolder(intake, MODEL, [GOLDEN, ...[...tokenizer.keys()].map(inFolder)]);
  const open = { tolerance: TOLERANCE, samples: [{ instance: placeholderInstance(answers) }] };
  return {
    files: new Map([
      ...[...files].map(([path, bytes]) => [`model/${path}`, bytes] as const),
      [`model/${GOLDEN}`, given.golden ?? Buffer.from(goldenText(open))],
      ...tokenizer,
    ]),
    sha256: intake.sha256,
    released,
    mixesRows: intake.summary.mixing !== undefined,
  };
}

/** The tokenizer's files by the path that serving.yaml names, its settings beside it. */
export function tokenizerFiles(given: GivenModel, inputs: readonly TensorSpec[]): Map<string, Uint8Array> {
  const path = inputs.find(({ text }) => text?.tokenizer)?.text?.tokenizer;
  if (path === undefined) return new Map();
  if (given.tokenizer === undefined) throw missingTokenizer(given.file);
  const folder = posix.dirname(path);
  return new Map(
    [...given.tokenizer].map(([name, bytes], at) => [at === 0 ? path : posix.join(folder, name), bytes] as const),
  );
}

/** A model of token ids is nothing without the tokenizer that it was trained with. */
export function missingTokenizer(file: string): ServingError {
  return new ServingError('MODEL_TOKENIZER', `${file} takes token ids, and there is no tokenizer.json beside it.`);
}

/** What was taken from the file or stands in for what it does not tell, as far as nobody has said otherwise. */
export function assumptions({ intake, tokenizer }: GivenModel, answers: Answers): Unknown[] {
  const proposed = intake.propose(answers.modelType);
  return proposed.unknown
    .map((one) => withTokenizer(one, tokenizer))
    .filter(({ path }) => {
      const [, side, at] = /^(inputs|outputs)\[(\d+)\]/.exec(path) ?? [];
      const own = answers[side as 'inputs' | 'outputs'];
      const tensor = proposed[side as 'inputs' | 'outputs'][Number(at)];
      return own.some((candidate) => isDeepStrictEqual(candidate, tensor));
    });
}

/** Of a model that brought its tokenizer along only the length is left to say; training may have left one in the file. */
function withTokenizer(unknown: Unknown, files: GivenModel['tokenizer']): Unknown {
  if (unknown.kind !== 'tokens') return unknown;
  const [file] = files?.values() ?? [];
  const length = file && (JSON.parse(Buffer.from(file).toString('utf8')) as TokenizerLength).truncation?.max_length;
  const until = length === undefined ? '512 until then' : `${length} until then, as tokenizer.json has it`;
  return { ...unknown, question: `The longest text in tokens; ${until}` };
}

interface TokenizerLength {
  readonly truncation?: { readonly max_length?: number } | null;
}
