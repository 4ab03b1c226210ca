import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { withoutMark } from '../../byte-order-mark.ts';
import { jsonProblem, ServiceError } from '../../errors.ts';
import { tokenizerProblems } from './tokenizer-problems.ts';

/** Beyond this a file is no tokenizer: the largest have 40 MB. */
const LARGEST_FILE = 256 * 1024 * 1024;

const CONFIG = 'tokenizer_config.json';

export interface TokenizerFiles {
  /** tokenizer.json as it was read, for the library. */
  readonly text: string;
  readonly definition: object;
  /** tokenizer_config.json; empty where there is none. */
  readonly config: object;
}

/** Reads tokenizer.json, and tokenizer_config.json where it is next to it. Rejects with CONFIG_INVALID. */
export async function readTokenizerFiles(folder: string, file: string): Promise<TokenizerFiles> {
  const path = join(folder, file);
  const text = await read(path, file);
  const definition = parse(text, file);
  const [problem] = tokenizerProblems(definition);
  if (problem !== undefined) throw invalid(file, problem);
  const beside = await read(join(dirname(path), CONFIG), CONFIG).catch((error: ServiceError) => {
    if ((error.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') return '{}';
    throw error;
  });
  const config = parse(beside, CONFIG);
  if (typeof config !== 'object' || config === null) throw invalid(CONFIG, 'expected an object');
  return { text, definition: definition as object, config };
}

export function invalid(file: string, reason: string, cause?: unknown): ServiceError {
  return new ServiceError('CONFIG_INVALID', `serving.yaml text.tokenizer: ${file} cannot be used: ${reason}`, {
    cause,
  });
}

async function read(path: string, name: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > LARGEST_FILE) throw new RangeError(`it has ${size} bytes, and may have ${LARGEST_FILE}`);
    return withoutMark(await readFile(path, 'utf8'));
  } catch (error) {
    throw invalid(name, (error as NodeJS.ErrnoException).code ?? (error as Error).message, error);
  }
}

function parse(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid(name, jsonProblem(error), error);
  }
}
