import { ServiceError } from '../../errors.ts';
import type { Capacity } from '../limits/capacity.ts';
import type { Picture } from './pixels.ts';

/** Pictures of a request that are decoded at the same time, where the memory is enough for them. */
const MOST_AT_A_TIME = 3;

/** What the pictures of a request need; all figures are bytes. */
export interface Need {
  readonly pictures: readonly Picture[];
  /** Of their tensors, which are held until the request is answered. */
  readonly resultBytes: number;
  /** Of the largest pictures that are decoded at the same time. */
  readonly sourceBytes: number;
  /** How many pictures those are. */
  readonly atATime: number;
}

/** Adds up pictures, and refuses them with DECODED_TOO_LARGE as soon as they are too much for one request. */
export function createNeed({ maxBytes, maxRequestBytes }: Pick<Capacity, 'maxBytes' | 'maxRequestBytes'>) {
  const pictures: Picture[] = [];
  /** The largest so far, in descending order. */
  let largest: number[] = [];
  let decodedBytes = 0;
  let resultBytes = 0;

  return {
    add(picture: Picture): void {
      pictures.push(picture);
      decodedBytes += picture.sourceBytes + picture.resultBytes;
      resultBytes += picture.resultBytes;
      largest = [...largest, picture.sourceBytes].sort((a, b) => b - a).slice(0, MOST_AT_A_TIME);
      if (decodedBytes > maxRequestBytes) {
        const what = 'pictures that take at most';
        throw tooLarge(pictures.length, `${what} ${maxRequestBytes} bytes once they are decoded`, decodedBytes);
      }
      const least = resultBytes + (largest[0] ?? 0);
      if (least > maxBytes) throw tooLarge(pictures.length, `tensors of at most ${maxBytes} bytes`, least);
    },
    sum(): Need {
      let atATime = largest.length;
      const sourceBytes = () => largest.slice(0, atATime).reduce((sum, bytes) => sum + bytes, 0);
      while (atATime > 1 && resultBytes + sourceBytes() > maxBytes) atATime -= 1;
      return { pictures, resultBytes, sourceBytes: sourceBytes(), atATime };
    },
  };
}

function tooLarge(count: number, expected: string, found: number): ServiceError {
  const pictures = count === 1 ? 'the picture takes' : `the first ${count} pictures take`;
  return new ServiceError(
    'DECODED_TOO_LARGE',
    `instances: expected ${expected}, found that ${pictures} ${found}. Send fewer or smaller pictures in a request.`,
  );
}
