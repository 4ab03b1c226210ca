/** How a picture is resized. `area` averages what a pixel covers. */
export type Interpolation = 'nearest' | 'bilinear' | 'bicubic' | 'lanczos' | 'area';

/** One axis of a resize: from which part of the source which part of the result is made. */
export interface Axis {
  /** Pixels of the source. */
  readonly source: number;
  /** Pixels of the whole result, of which `from` to `to` (exclusive) are computed. */
  readonly result: number;
  readonly from: number;
  readonly to: number;
  /** The part of the source that becomes the whole result, in pixels and fractions; all of it by default. */
  readonly box?: readonly [start: number, end: number];
}

/** For each pixel of the result: the first pixel of the source, how many there are, and their weights. */
export interface Taps {
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** `width` weights a pixel; only the first `count` of them are used. */
  readonly weights: Float64Array;
  readonly width: number;
}

interface Kernel {
  /** Pixels on each side of the centre beyond which the weight is 0. */
  readonly support: number;
  readonly weight: (distance: number) => number;
}

/** Digits after the point of Pillow's weights (libImaging/Resample.c, PRECISION_BITS). */
const FIXED_POINT = 2 ** 22;

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI));

/** Keys' cubic convolution; `a` is -0.5 in Pillow, -0.75 in OpenCV and in PyTorch without antialiasing. */
function cubic(a: number): Kernel {
  return {
    support: 2,
    weight: (distance) => {
      const x = Math.abs(distance);
      if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
    },
  };
}

function lanczos(lobes: number): Kernel {
  return { support: lobes, weight: (x) => (x >= -lobes && x < lobes ? sinc(x) * sinc(x / lobes) : 0) };
}

const TRIANGLE: Kernel = { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) };
const BOX: Kernel = { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) };

const ANTIALIASED = { bilinear: TRIANGLE, bicubic: cubic(-0.5), lanczos: lanczos(3), area: BOX } as const;
const PLAIN = { bilinear: TRIANGLE, bicubic: cubic(-0.75), lanczos: lanczos(4) } as const;

/**
 * The weights of Pillow's `Image.resize`: the kernel is stretched by the factor of a reduction, cut off at the edges of the
 * source, normalised, and rounded to 22 binary digits. The work is linear in the pixels of source and result.
 * Source: Pillow, src/libImaging/Resample.c, precompute_coeffs and normalize_coeffs_8bpc.
 */
export function antialiasedTaps(axis: Axis, interpolation: Exclude<Interpolation, 'nearest'>): Taps {
  const { source, result, from, to, box: [start, end] = [0, source] } = axis;
  const kernel = ANTIALIASED[interpolation];
  const scale = Math.fround(end - start) / result;
  const stretch = Math.max(scale, 1);
  const support = kernel.support * stretch;
  const taps = emptyTaps(to - from, Math.ceil(support) * 2 + 1);
  for (let at = 0; at < to - from; at++) {
    const center = start + (from + at + 0.5) * scale;
    const first = Math.max(0, Math.trunc(center - support + 0.5));
    const count = Math.min(source, Math.trunc(center + support + 0.5)) - first;
    const offset = at * taps.width;
    let sum = 0;
    for (let tap = 0; tap < count; tap++) {
      const weight = kernel.weight((tap + first - center + 0.5) * (1 / stretch));
      taps.weights[offset + tap] = weight;
      sum += weight;
    }
    for (let tap = 0; tap < count; tap++) {
      const weight = (taps.weights[offset + tap] ?? 0) / (sum === 0 ? 1 : sum);
      taps.weights[offset + tap] = Math.trunc(weight * FIXED_POINT + (weight < 0 ? -0.5 : 0.5)) / FIXED_POINT;
    }
    taps.first[at] = first;
    taps.count[at] = count;
  }
  return taps;
}

/**
 * The weights of OpenCV's `resize`, of TensorFlow's and PyTorch's without antialiasing: the kernel keeps its own size
 * however much the picture is reduced, and beyond the edges the outermost pixel is repeated.
 */
export function plainTaps(axis: Axis, interpolation: 'bilinear' | 'bicubic' | 'lanczos'): Taps {
  const { source, result, from, to, box: [start, end] = [0, source] } = axis;
  const { support, weight } = PLAIN[interpolation];
  const scale = inverseFactor(end - start, result);
  const taps = emptyTaps(to - from, 2 * support);
  for (let at = 0; at < to - from; at++) {
    const center = start + (from + at + 0.5) * scale - 0.5;
    const lowest = Math.floor(center) - support + 1;
    const first = Math.min(source - 1, Math.max(0, lowest));
    const last = Math.min(source - 1, Math.max(0, lowest + 2 * support - 1));
    const offset = at * taps.width;
    let sum = 0;
    for (let pixel = lowest; pixel < lowest + 2 * support; pixel++) sum += weight(pixel - center);
    for (let pixel = lowest; pixel < lowest + 2 * support; pixel++) {
      const place = offset + Math.min(last, Math.max(first, pixel)) - first;
      taps.weights[place] = (taps.weights[place] ?? 0) + weight(pixel - center) / sum;
    }
    taps.first[at] = first;
    taps.count[at] = last - first + 1;
  }
  return taps;
}

/** The weights of OpenCV's INTER_AREA: the share of each pixel that lies below one of the result. For reductions. */
export function coverageTaps(axis: Axis): Taps {
  const { source, result, from, to, box: [start, end] = [0, source] } = axis;
  const scale = inverseFactor(end - start, result);
  const taps = emptyTaps(to - from, Math.ceil(scale) + 2);
  for (let at = 0; at < to - from; at++) {
    const left = start + (from + at) * scale;
    const right = Math.min(source, left + scale);
    const first = Math.min(source - 1, Math.floor(left));
    const last = Math.min(source - 1, Math.max(first, Math.ceil(right) - 1));
    for (let pixel = first; pixel <= last; pixel++) {
      const share = Math.max(0, Math.min(right, pixel + 1) - Math.max(left, pixel));
      taps.weights[at * taps.width + pixel - first] = share / (right - left);
    }
    taps.first[at] = first;
    taps.count[at] = last - first + 1;
  }
  return taps;
}

/**
 * The weights of OpenCV's INTER_AREA where either side is enlarged: pixels are repeated, and blended only where one of the
 * result lies over two of the source (imgproc/src/resize.cpp, area_mode).
 */
export function areaBlendTaps(axis: Axis): Taps {
  const { source, result, from, to, box: [start, end] = [0, source] } = axis;
  const scale = inverseFactor(end - start, result);
  const taps = emptyTaps(to - from, 2);
  for (let at = 0; at < to - from; at++) {
    const lower = Math.floor(start + (from + at) * scale);
    const excess = from + at + 1 - (lower + 1 - start) * (result / (end - start));
    const blend = excess <= 0 ? 0 : excess - Math.floor(excess);
    const first = Math.min(source - 1, lower);
    taps.first[at] = first;
    taps.count[at] = first + 1 < source ? 2 : 1;
    taps.weights.set(first + 1 < source ? [1 - blend, blend] : [1], at * 2);
  }
  return taps;
}

/**
 * The nearest pixel of the source: the one below the centre of the result's (Pillow), or below its corner (OpenCV).
 * Pillow adds up the steps instead of multiplying, which decides where a centre lies between two pixels.
 */
export function nearestTaps(axis: Axis, from: 'center' | 'corner'): Taps {
  const { source, result, box: [start, end] = [0, source] } = axis;
  const taps = emptyTaps(axis.to - axis.from, 1);
  const scale = Math.fround(end - start) / result;
  let place = start + scale * 0.5;
  for (let at = 0; at < axis.to; at++, place += scale) {
    if (at < axis.from) continue;
    const pixel = Math.floor(from === 'center' ? place : start + at * inverseFactor(end - start, result));
    taps.first[at - axis.from] = Math.min(source - 1, Math.max(0, pixel));
    taps.count[at - axis.from] = 1;
    taps.weights[at - axis.from] = 1;
  }
  return taps;
}

/** As OpenCV divides: twice, which decides where a pixel begins exactly at another. */
function inverseFactor(source: number, result: number): number {
  return 1 / (result / source);
}

function emptyTaps(pixels: number, width: number): Taps {
  return {
    first: new Int32Array(pixels),
    count: new Int32Array(pixels),
    weights: new Float64Array(pixels * width),
    width,
  };
}
