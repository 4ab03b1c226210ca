import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ServingError } from '../generators/errors.ts';
import { tokenizerProblems } from '../generators/onnx/texts/tokenizer-problems.ts';

const SETTINGS = 'tokenizer_config.json';

/** Beyond this a file is no tokenizer: the largest have 40 MB. */
const LARGEST_FILE = 256 * 1024 * 1024;

/**
 * The files of the tokenizer that is named, or that is next to the model: `tokenizer.json` first, then its settings.
 * Undefined where there is none.
 * @throws MODEL_TOKENIZER naming the part that the service could not use
 */
export function readTokenizer(model: string, named: string | undefined): ReadonlyMap<string, Uint8Array> | undefined {
  const file = named ?? tokenizerNear(model);
  if (file === undefined) return undefined;
  const settings = join(dirname(file), SETTINGS);
  return new Map([
    ['tokenizer.json', readJson(file, tokenizerProblems)],
    ...(existsSync(settings) ? [[SETTINGS, readJson(settings, settingsProblems)] as const] : []),
  ]);
}

/** Next to the model, or above a folder `onnx`: so do the exporters of transformers put it. */
function tokenizerNear(model: string): string | undefined {
  const folder = dirname(model);
  const folders = [folder, ...(basename(folder) === 'onnx' ? [dirname(folder)] : [])];
  return folders.map((place) => join(place, 'tokenizer.json')).find((file) => existsSync(file));
}

function readJson(file: string, problemsOf: (value: unknown) => string[]): Uint8Array {
  let value: unknown;
  let bytes: Buffer;
  try {
    const { size } = statSync(file);
    if (size > LARGEST_FILE) throw new RangeError(`it has ${size} bytes, and may have ${LARGEST_FILE}`);
    bytes = withoutMark(readFileSync(file));
    value = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    throw new ServingError('MODEL_TOKENIZER', `${file} cannot be read: ${reason}.`, {
      cause: error,
      hint: 'Name a file of JSON.',
    });
  }
  const problems = problemsOf(value);
  if (problems.length === 0) return bytes;
  throw new ServingError('MODEL_TOKENIZER', `${file} cannot be used:\n${problems.join('\n')}`, {
    hint: "Save the tokenizer again with Hugging Face's library (tokenizer.save), or name another file with --tokenizer.",
  });
}

function settingsProblems(value: unknown): string[] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? [] : ['expected an object'];
}

/** Some editors begin UTF-8 with a byte order mark: it is no part of the text, and is not copied into the repository. */
export function withoutMark(bytes: Buffer): Buffer {
  return bytes.subarray(0, 3).equals(MARK) ? bytes.subarray(3) : bytes;
}

const MARK = Buffer.from([0xef, 0xbb, 0xbf]);
