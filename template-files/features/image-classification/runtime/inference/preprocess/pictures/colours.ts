import type { PictureSteps } from '../../../contract/image-profiles.ts';
import type { Pixels, Resampler } from './resample.ts';

/**
 * CMYK without a colour profile: what the ink leaves of what black leaves, rounded as Pillow does (libImaging/Convert.c,
 * cmyk2rgb) or cut off as OpenCV does.
 * @param data four bytes a pixel; the result is three
 */
export function plainRgb(data: Uint8Array, library: Resampler): Uint8Array {
  const rgb = new Uint8Array((data.length / 4) * 3);
  const isPillow = library === 'pillow';
  for (let from = 0, to = 0; from < data.length; from += 4, to += 3) {
    const left = 255 - (data[from + 3] as number);
    for (let channel = 0; channel < 3; channel++) {
      const product = (data[from + channel] as number) * left;
      rgb[to + channel] = left - (isPillow ? divide255(product + 128) : product >> 8);
    }
  }
  return rgb;
}

/**
 * Pictures on a colour, as Pillow's Image.alpha_composite lays them on an opaque one.
 * @param data red, green, blue and alpha; the result is three bytes a pixel
 */
export function flattened(data: Uint8Array, color: readonly number[]): Uint8Array {
  const rgb = new Uint8Array((data.length / 4) * 3);
  for (let from = 0, to = 0; from < data.length; from += 4, to += 3) {
    const alpha = data[from + 3] as number;
    for (let channel = 0; channel < 3; channel++) {
      const sum = (data[from + channel] as number) * alpha + (color[channel] ?? 0) * (255 - alpha);
      rgb[to + channel] = divide255((sum + 128) * 128) >> 7;
    }
  }
  return rgb;
}

/** A division by 255 with shifts, for products of two bytes. */
function divide255(value: number): number {
  return ((value >> 8) + value) >> 8;
}

/** Weights of red, green and blue of 65536: Pillow's of ITU-R 601, and those of 709. */
const WEIGHTS = { bt601: [19595, 38470, 7471], bt709: [13933, 46871, 4732] } as const;
/** OpenCV's of 601, of 32768. */
const OPENCV = [9798, 19235, 3735] as const;

/** One channel of three, by the profile's integers: rounding differs by library. */
export function toGrey({ data, height, width }: Pixels, { profile, grey }: PictureSteps): Pixels {
  const isOpenCv = (profile === 'opencv' || profile === 'yolo') && grey === 'bt601';
  const [red, green, blue] = isOpenCv ? OPENCV : WEIGHTS[grey];
  const [half, shift] = isOpenCv ? [2 ** 14, 15] : [2 ** 15, 16];
  const result = new Uint8Array(height * width);
  for (let at = 0, from = 0; at < result.length; at++, from += 3) {
    const sum = (data[from] as number) * red + (data[from + 1] as number) * green + (data[from + 2] as number) * blue;
    result[at] = (sum + half) >> shift;
  }
  return { data: result, height, width, channels: 1 };
}

/** A picture of the background with another one on it. */
export function onBackground(
  { data, height, width, channels }: Pixels,
  place: {
    readonly top: number;
    readonly left: number;
    readonly canvas: { readonly height: number; readonly width: number };
  },
  color: readonly number[],
): Pixels {
  const { top, left, canvas } = place;
  if (canvas.height === height && canvas.width === width) return { data, height, width, channels };
  const result = new Uint8Array(canvas.height * canvas.width * channels);
  for (let at = 0; at < result.length; at++) result[at] = color[at % channels] ?? 0;
  for (let row = 0; row < height; row++) {
    const line = data.subarray(row * width * channels, (row + 1) * width * channels);
    result.set(line, ((top + row) * canvas.width + left) * channels);
  }
  return { data: result, ...canvas, channels };
}
