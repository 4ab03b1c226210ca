/** IEEE half precision, for which the Node versions served here have no typed array. */

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The half nearest to a number (ties to even), as its 16 bits; beyond the range it is Infinity's. */
export function toHalf(value: number): number {
  float[0] = value;
  let x = bits[0] ?? 0;
  // Rounded twice, a number near the middle of two halves could become the wrong one: the digits that a single float has no
  // place for are kept as one bit behind those of a number that is cut off instead.
  if (float[0] !== value && !Number.isNaN(value)) {
    if (Math.abs(float[0]) > Math.abs(value)) x -= 1;
    x |= 1;
  }
  const sign = (x >>> 16) & 0x8000;
  const exponent = (x >>> 23) & 0xff;
  const mantissa = x & 0x7fffff;
  if (exponent === 0xff) return sign | 0x7c00 | (mantissa === 0 ? 0 : 0x200);
  const shifted = exponent - 112;
  if (shifted >= 31) return sign | 0x7c00;
  if (shifted <= 0) {
    if (shifted < -10) return sign;
    return sign | roundShift(mantissa | 0x800000, 14 - shifted);
  }
  // A carry out of the mantissa moves into the exponent, which is the right answer, up to Infinity.
  return sign | roundShift((shifted << 23) | mantissa, 13);
}

export function fromHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 0x1f;
  const mantissa = half & 0x3ff;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 31) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}

function roundShift(value: number, shift: number): number {
  const kept = value >>> shift;
  const rest = value & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return rest > half || (rest === half && (kept & 1) === 1) ? kept + 1 : kept;
}

/** Imported before the runtime, in the workers alone. */

// Where JavaScript has half floats (Node 24), the runtime's own JavaScript makes them, and its native code then sees no bytes.
// Without the type it falls back to the bits in a Uint16Array, which work everywhere.
Reflect.deleteProperty(globalThis, 'Float16Array');
