import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { PIECE } from '../contents.ts';
import { ServingError } from '../errors.ts';

/** Bytes that are read piece by piece, so that a large model never has to be in memory. */
export interface Source {
  /** What messages call it: the file's path as the person gave it. */
  readonly name: string;
  readonly size: number;
  /** At most `length` bytes from `offset` on, fewer only at the end. */
  read(offset: number, length: number): Uint8Array;
}

/** Bytes that are in memory already. */
export function bytesSource(bytes: Uint8Array, name = 'the model'): Source {
  return { name, size: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) };
}

/** Opens a file for as long as `use` runs. */
export function withFile<T>(path: string, use: (source: Source) => T): T {
  const { source, close } = openSource(path);
  try {
    return use(source);
  } finally {
    close();
  }
}

/** The bytes of a file in pieces, or what `view` makes of it; the file is open as long as they are read. */
export function* piecesOfModel(path: string, view: (source: Source) => Source): Generator<Uint8Array> {
  const { source, close } = openSource(path);
  try {
    yield* piecesOf(view(source));
  } finally {
    close();
  }
}

/** All bytes of a source, piece by piece. */
export function* piecesOf(source: Source): Generator<Uint8Array> {
  for (let at = 0; at < source.size; at += PIECE) yield source.read(at, PIECE);
}

function openSource(path: string): { source: Source; close: () => void } {
  const file = open(path);
  const { size } = fstatSync(file);
  const read = (offset: number, length: number) => readAt(file, path, offset, Math.min(length, size - offset));
  return { source: { name: path, size, read }, close: () => closeSync(file) };
}

function open(path: string): number {
  try {
    // Asked before opening: to open a named pipe would wait for ever.
    const stat = statSync(path);
    if (!stat.isFile()) {
      const what = stat.isDirectory() ? 'a folder' : 'no plain file';
      throw new ServingError('MODEL_UNREADABLE', `${path} is ${what}.`);
    }
    return openSync(path, 'r');
  } catch (error) {
    throw asServingError(error, path);
  }
}

function readAt(file: number, path: string, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(Math.max(length, 0));
  let filled = 0;
  try {
    while (filled < length) {
      const count = readSync(file, bytes, filled, length - filled, offset + filled);
      if (count === 0) throw new ServingError('MODEL_TRUNCATED', `${path} became shorter while it was read.`);
      filled += count;
    }
  } catch (error) {
    throw asServingError(error, path);
  }
  return bytes;
}

function asServingError(error: unknown, path: string): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (error instanceof ServingError || code === undefined) return error;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new ServingError('MODEL_NOT_FOUND', `There is no file ${path}.`, { cause: error });
  }
  return new ServingError('MODEL_UNREADABLE', `${path} cannot be read (${code}).`, { cause: error });
}
