/** Numbers of JSON, read as 32-bit floats from the bytes of a list. */

const [TAB, NEW_LINE, RETURN, SPACE, PLUS, MINUS, POINT, ZERO, NINE] = [9, 10, 13, 32, 43, 45, 46, 48, 57];
const [UPPER_E, LOWER_E] = [69, 101];

/** Another digit behind less than this is still an integer that a double holds exactly, and so are four. */
const ROOM_FOR_A_DIGIT = 9e14;
const ROOM_FOR_FOUR = 9e11;
/** Four letters as the bytes of a word. The upper half of a byte is empty for a digit without its zero, and stays so with six more. */
const [FOUR_ZEROS, FOUR_SIXES, UPPER_HALVES] = [0x30303030, 0x06060606, 0xf0f0f0f0 | 0];
/** Powers of ten that are doubles: an exact integer times or through one of them is rounded once, as JSON.parse rounds. */
const POWERS = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));

/** The next place that is no space. */
export function skipSpace(body: Buffer, from: number): number {
  let at = from;
  while (isSpace(body[at])) at += 1;
  return at;
}

function isSpace(code: number | undefined): boolean {
  return code === SPACE || code === NEW_LINE || code === RETURN || code === TAB;
}

/** Shorter bodies have too few digits for the view to be worth its making. */
const MANY_BYTES = 256;

/** For reading digits by fours, where that pays. */
export function wordsOf(body: Buffer): DataView | undefined {
  return body.length < MANY_BYTES ? undefined : new DataView(body.buffer, body.byteOffset, body.length);
}

/** What is expected of the numbers of a row, by their places in it. */
export interface Places {
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** The byte that comes behind: a comma, or the end of the row. */
  readonly end: Uint8Array;
}

/**
 * Reads the numbers of some places of a row, each with what comes behind it. One loop with its state in locals: this is where
 * the time of a wide request goes.
 * @param words of the same bytes, where digits are to be read by fours
 * @param data filled from `row + start` to `row + stop`
 * @returns the place behind; -1 where something else is there, a number out of its bounds, or one whose nearest float is not
 *   certain
 */
export function readNumbers(
  body: Buffer,
  words: DataView | undefined,
  from: number,
  data: Float32Array,
  row: number,
  { low, high, end }: Places,
  start: number,
  stop: number,
): number {
  let at = from;
  const last = words === undefined ? -1 : body.length - 4;
  for (let i = start; i < stop; i++) {
    let code = body[at] as number;
    while (code <= SPACE && isSpace(code)) code = body[++at] as number;
    const negative = code === MINUS;
    if (negative) code = body[++at] as number;
    let digits = code - ZERO;
    if (!(digits >= 0 && digits <= 9)) return -1;
    let power = 0;
    let cut = false;
    code = body[++at] as number;
    if (digits > 0) {
      for (; code >= ZERO && code <= NINE; code = body[++at] as number) {
        if (digits >= ROOM_FOR_A_DIGIT) return -1;
        digits = digits * 10 + (code - ZERO);
      }
    }
    if (code === POINT) {
      const point = at;
      at += 1;
      for (; at <= last && digits < ROOM_FOR_FOUR; at += 4) {
        const four = (words as DataView).getUint32(at, true) ^ FOUR_ZEROS;
        if (((four | (four + FOUR_SIXES)) & UPPER_HALVES) !== 0) break;
        // Each byte ten times and with the next one: the first and the third are then pairs of digits.
        const pairs = Math.imul(four, 10) + (four >>> 8);
        digits = digits * 10_000 + (pairs & 0xff) * 100 + ((pairs >>> 16) & 0xff);
      }
      code = body[at] as number;
      for (; code >= ZERO && code <= NINE && digits < ROOM_FOR_A_DIGIT; code = body[++at] as number) {
        digits = digits * 10 + (code - ZERO);
      }
      power = point + 1 - at;
      for (; code >= ZERO && code <= NINE; code = body[++at] as number) cut = true;
      if (at === point + 1) return -1;
    }
    if (code === LOWER_E || code === UPPER_E) {
      const behind = endOfExponent(body, at + 1);
      if (behind < 0) return -1;
      power += Number(body.toString('latin1', at + 1, behind));
      at = behind;
    }
    const size = scale(digits, power);
    // Digits were left out that a double has no room for: what was written lies between these two.
    if (cut && Math.fround(size) !== Math.fround(scale(digits + 1, power))) return -1;
    const value = negative ? -size : size;
    // Not a number is within no bounds.
    if (!(value >= (low[i] as number) && value <= (high[i] as number))) return -1;
    data[row + i] = value;
    if (body[at] !== end[i]) {
      at = skipSpace(body, at);
      if (body[at] !== end[i]) return -1;
    }
    at += 1;
  }
  return at;
}

function endOfExponent(body: Buffer, from: number): number {
  let at = body[from] === MINUS || body[from] === PLUS ? from + 1 : from;
  const start = at;
  while (at < start + 3 && (body[at] as number) >= ZERO && (body[at] as number) <= NINE) at += 1;
  return at === start ? -1 : at;
}

/** NaN where the power is not one that a double holds. */
function scale(digits: number, power: number): number {
  if (power === 0) return digits;
  if (power > 0) return power < POWERS.length ? digits * (POWERS[power] as number) : Number.NaN;
  return -power < POWERS.length ? digits / (POWERS[-power] as number) : Number.NaN;
}
