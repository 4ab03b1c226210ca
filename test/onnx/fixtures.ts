import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bytesOf } from '../../generators/contents.ts';
import { ServingError } from '../../generators/errors.ts';
import { takeIn } from '../../generators/onnx/intake.ts';

const folder = join(dirname(fileURLToPath(import.meta.url)), '../models');

/** Path of a fixture model, relative to the working directory: `zipmap-int/model`. */
export function modelPath(name: string): string {
  return relative(process.cwd(), join(folder, `${name}.onnx`));
}

export function modelBytes(name: string): Uint8Array {
  return new Uint8Array(readFileSync(modelPath(name)));
}

/** A model as it goes into a repository, with all its bytes in memory. */
export function imported(model: string | Uint8Array) {
  const intake = takeIn(model);
  return { ...intake, bytes: bytesOf(intake.bytes) };
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
