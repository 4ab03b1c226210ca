import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { withoutMark } from '../../byte-order-mark.ts';
import type { Config } from '../../config.ts';
import { ServiceError } from '../../errors.ts';

type ModelPath = Pick<Config, 'modelPath'>;

/** Where the reference is or would be: beside the model. */
export function referencePath({ modelPath }: ModelPath): string {
  return join(dirname(modelPath), 'reference.json');
}

/** The text of the reference; undefined where there is none. @throws REFERENCE_INVALID when it cannot be read */
export function readReferenceText(config: ModelPath): string | undefined {
  const path = referencePath(config);
  if (!existsSync(path)) return undefined;
  try {
    return withoutMark(readFileSync(path, 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ServiceError('REFERENCE_INVALID', `${path}: cannot be read (${code})`, { cause: error });
  }
}
