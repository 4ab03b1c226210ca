import { randomInt } from 'node:crypto';

/** Numbers by id, without keeping the ids. */
export interface IdTable {
  /** An id that comes again gets the later number. At most as many ids as there is room for. */
  readonly set: (id: string, value: number) => void;
  readonly get: (id: string) => number | undefined;
  readonly clear: () => void;
}

/** Half of the places stay free, so that the way to a free one is short. */
const PLACES_PER_ID = 2;

/**
 * A hash table with open addressing in rows of numbers. A Map would keep the strings, which garbage collection then moves twice,
 * and makes its table anew as it grows: on the way of every request that was a twentieth of its time.
 *
 * An id is known by 64 bits of its hash. That one of 10,000 ids is taken for another has a chance of 10^-12.
 */
export function createIdTable(ids: number): IdTable {
  const places = 2 ** Math.ceil(Math.log2(Math.max(1, ids) * PLACES_PER_ID));
  const high = new Uint32Array(places);
  const low = new Uint32Array(places);
  /** The number and one: 0 is a free place. */
  const values = new Uint32Array(places);
  // Nobody outside can choose ids that meet in one place.
  const seeds = [randomInt(2 ** 32), randomInt(2 ** 32)] as const;
  let [upper, lower] = [0, 0];

  function hash(id: string): void {
    let [a, b] = seeds;
    for (let i = 0; i < id.length; i++) {
      const code = id.charCodeAt(i);
      a = Math.imul(a ^ code, 0x01000193);
      b = Math.imul(b ^ code, 0x5bd1e995);
      b ^= b >>> 15;
    }
    upper = a >>> 0;
    lower = (b ^ (a >>> 13)) >>> 0;
  }

  /** Where the id that was hashed is, or would be. */
  function placeOf(): number {
    let place = lower & (places - 1);
    while (values[place] !== 0 && (high[place] !== upper || low[place] !== lower)) place = (place + 1) & (places - 1);
    return place;
  }

  return {
    set(id, value) {
      hash(id);
      const place = placeOf();
      high[place] = upper;
      low[place] = lower;
      values[place] = value + 1;
    },
    get(id) {
      hash(id);
      const found = values[placeOf()] as number;
      return found === 0 ? undefined : found - 1;
    },
    clear() {
      values.fill(0);
    },
  };
}
