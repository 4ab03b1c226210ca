import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { FoundSettings } from '../generators/app/picture-steps/steps.ts';
import { ServingError } from '../generators/errors.ts';
import { readLimited } from './read-limited.ts';

/** Hugging Face's and timm's names; the first one that exists counts. */
const NAMES = ['preprocessor_config.json', 'config.json'];
/** Beyond this a file is no settings. */
const LARGEST_FILE = 1024 * 1024;

/**
 * The settings of pictures next to the model, or above a folder `onnx`: so do the exporters of transformers put them. A
 * config.json counts only where it is timm's.
 */
export function preprocessorNear(model: string): FoundSettings | undefined {
  const folder = dirname(model);
  const folders = [folder, ...(basename(folder) === 'onnx' ? [dirname(folder)] : [])];
  const files = NAMES.flatMap((name) => folders.map((place) => join(place, name)));
  for (const file of files.filter((path) => existsSync(path))) {
    const text = readSettings(file);
    if (basename(file) !== 'config.json' || text.includes('"pretrained_cfg"')) return { from: file, text };
  }
  return undefined;
}

function readSettings(file: string): string {
  try {
    const text = readLimited(file, LARGEST_FILE);
    if (text.length <= LARGEST_FILE) return text.replace(/^\uFEFF/, '');
    throw new RangeError(`it has more than ${LARGEST_FILE} bytes`);
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
    throw new ServingError('MODEL_PREPROCESSING', `${file} cannot be read: ${reason}.`, { cause });
  }
}
