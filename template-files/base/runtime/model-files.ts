import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { withoutMark } from './byte-order-mark.ts';
import { ServiceError } from './errors.ts';
import { type GoldenFile, parseGolden } from './inference/golden.ts';

/** The path of a model's file. @throws CONFIG_INVALID when there is none, with the field that names it */
export function findModel(folder: string, file: string, field: string): string {
  const path = join(folder, file);
  if (existsSync(path)) return path;
  const message = `serving.yaml ${field}: expected an ONNX file, found none at ${file}. Put the model there.`;
  throw new ServiceError('CONFIG_INVALID', message);
}

/** The golden samples of a file, where it exists. */
export function readGolden(path: string): GoldenFile | undefined {
  return existsSync(path) ? parseGolden(readText(path), basename(path)) : undefined;
}

/** The text of a file of the repository. @throws CONFIG_INVALID when it cannot be read */
export function readText(path: string): string {
  try {
    return withoutMark(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new ServiceError('CONFIG_INVALID', `${path}: cannot be read (${(error as NodeJS.ErrnoException).code})`, {
      cause: error,
    });
  }
}
