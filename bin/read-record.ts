import { readFileSync, realpathSync, statSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import type { GivenRecord } from '../generators/app/given-model.ts';
import { ServingError } from '../generators/errors.ts';
import { readRecordText } from '../generators/onnx/training-record.ts';

/** Whether --golden names a folder: a record of training, and not a file of samples. */
export function isRecord(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/**
 * Reads the record of training in a folder.
 * @throws MODEL_GOLDEN
 */
export function readRecord(path: string): GivenRecord {
  const folder = resolve(path);
  const text = readInside(folder, 'record.json').toString('utf8');
  return { folder, ...readRecordText(text, join(path, 'record.json'), (file) => readInside(folder, file)) };
}

/** A file of the record, and none that its paths or links lead to elsewhere. */
function readInside(folder: string, file: string): Buffer {
  const place = join(folder, file);
  try {
    if (!realpathSync(place).startsWith(realpathSync(folder) + sep)) throw new Error('it is outside of the record');
    return readFileSync(place);
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
    throw new ServingError('MODEL_GOLDEN', `${place} cannot be read: ${reason}.`, {
      hint: 'Nothing was changed. --golden takes a file of samples, or a folder that tools/record.py of a repository has written.',
      cause,
    });
  }
}
