import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { ServingError } from './errors.ts';
import { sha256 } from './hash.ts';

/** Contents that are read piece by piece: a file of many gigabytes never has to be in memory. */
export interface StreamedContents {
  /** Number of bytes. */
  readonly length: number;
  /** Hex. Reads all pieces when it is asked for the first time. */
  readonly sha256: string;
  /**
   * The bytes in order, from the beginning each time. A piece is valid until the next one is asked for. Where the hash is
   * known, the pieces are compared with it: other bytes than those that were hashed end in an error, after the last piece.
   */
  pieces(): Iterable<Uint8Array>;
}

/** What is to be written to a file: bytes in memory, or a stream. */
export type FileContents = Uint8Array | StreamedContents;

/** Bytes that are in memory at a time. */
export const PIECE = 1024 * 1024;

/**
 * Contents of which the pieces come from a function.
 * @param changed the error where the bytes are not those that were hashed
 */
export function streamed(length: number, read: () => Iterable<Uint8Array>, changed: () => Error): StreamedContents {
  let known: string | undefined;
  return {
    length,
    get sha256() {
      known ??= hashOf(read());
      return known;
    },
    *pieces() {
      if (known === undefined) {
        yield* read();
        return;
      }
      const hash = createHash('sha256');
      for (const piece of read()) {
        hash.update(piece);
        yield piece;
      }
      if (hash.digest('hex') !== known) throw changed();
    },
  };
}

/** SHA-256 in hex. */
export function sha256Of(contents: FileContents): string {
  return contents instanceof Uint8Array ? sha256(contents) : contents.sha256;
}

/** All bytes in memory: only for what is known to be small. */
export function bytesOf(contents: FileContents): Uint8Array {
  if (contents instanceof Uint8Array) return contents;
  return Buffer.concat(Array.from(contents.pieces(), (piece) => Uint8Array.from(piece)));
}

/** The bytes of a file, in pieces of one buffer that is used again. */
export function* piecesOfFile(path: string): Generator<Uint8Array> {
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(PIECE);
    for (let count = readSync(file, buffer); count > 0; count = readSync(file, buffer)) yield buffer.subarray(0, count);
  } finally {
    closeSync(file);
  }
}

/** SHA-256 of a file in hex, whatever its size. */
export function sha256OfFile(path: string): string {
  return hashOf(piecesOfFile(path));
}

/** A file as it is now; where it changes after it was hashed, reading it again ends in an error. */
export function fileContents(path: string): StreamedContents {
  const changed = () => new ServingError('CHANGED_ON_DISK', `${path} was changed while it was read.`);
  return streamed(statSync(path).size, () => piecesOfFile(path), changed);
}

/** Writes to an open file; one that only takes a part of a piece is asked again. */
export function writeContents(file: number, contents: FileContents, write: typeof writeSync = writeSync): void {
  for (const piece of contents instanceof Uint8Array ? [contents] : contents.pieces())
    for (let done = 0; done < piece.length; ) done += write(file, piece, done, piece.length - done);
}

/** SHA-256 of pieces in hex. */
export function hashOf(pieces: Iterable<Uint8Array>): string {
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
}
