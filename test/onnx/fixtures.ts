import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ServingError } from '../../generators/errors.ts';

const folder = join(dirname(fileURLToPath(import.meta.url)), '../models');

/** Path of a fixture model, relative to the working directory: `zipmap-int/model`. */
export function modelPath(name: string): string {
  return relative(process.cwd(), join(folder, `${name}.onnx`));
}

export function modelBytes(name: string): Uint8Array {
  return new Uint8Array(readFileSync(modelPath(name)));
}

/** The ServingError that something raises; anything else that is thrown is thrown on. */
export function refusal(act: () => unknown): ServingError {
  try {
    act();
  } catch (error) {
    if (error instanceof ServingError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
