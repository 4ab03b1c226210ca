import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { ServiceError } from '../errors.ts';
import type { ByteBudget } from './byte-budget.ts';

const DECODERS = { gzip: createGunzip, deflate: createInflate, br: createBrotliDecompress } as const;

/** A form of Content-Encoding that is read. */
export type Encoding = keyof typeof DECODERS;

export function isEncoding(name: string): name is Encoding {
  return Object.hasOwn(DECODERS, name);
}

export interface UnpackOptions {
  readonly encoding: Encoding;
  /** Bytes of the result. */
  readonly limit: number;
  /** Where both forms of the body are counted as long as it is being unpacked. */
  readonly budget: ByteBudget;
  /** Looked at with each piece of the result. */
  readonly client: { readonly destroyed: boolean };
}

/** Why a body is not unpacked. */
export type Refusal = 'too_large' | 'budget_full' | 'client_gone';

/**
 * Unpacks a body piece by piece: a body of a few KB may become a thousand times as much, and many of them at the same time must
 * not take more memory than bodies may.
 * @throws INVALID_REQUEST where it is not of the encoding; otherwise what `refuse` makes of the reason
 */
export function unpack(
  packed: Buffer,
  { encoding, limit, budget, client }: UnpackOptions,
  refuse: (reason: Refusal) => ServiceError,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (!budget.take(packed.length)) {
      reject(refuse('budget_full'));
      return;
    }
    const decoder = DECODERS[encoding]();
    let pieces: Buffer[] = [];
    let size = 0;
    const close = (): Buffer[] => {
      const all = pieces;
      budget.give(packed.length + size);
      pieces = [];
      size = 0;
      return all;
    };
    const stop = (reason: Refusal): void => {
      close();
      decoder.removeAllListeners('data').destroy();
      reject(refuse(reason));
    };
    decoder.on('data', (piece: Buffer) => {
      if (client.destroyed) stop('client_gone');
      else if (size + piece.length > limit) stop('too_large');
      else if (!budget.take(piece.length)) stop('budget_full');
      else {
        pieces.push(piece);
        size += piece.length;
      }
    });
    decoder.on('end', () => resolve(Buffer.concat(close())));
    decoder.on('error', (cause) => {
      close();
      reject(new ServiceError('INVALID_REQUEST', `the body is not valid ${encoding}`, { cause }));
    });
    decoder.end(packed);
  });
}
