import type { Metadata } from 'sharp';
import type { Datatype } from '../../contract/serving.ts';
import { KINDS } from '../datatypes.ts';

/** Bytes of a channel of a pixel, by the library's names of its formats. */
const DEPTHS: Readonly<Record<string, number>> = { uchar: 1, char: 1, ushort: 2, short: 2, uint: 4, int: 4, float: 4 };
/** Of a depth that is not known: the largest there is. */
const DEEPEST = 16;

/** WebP files are decoded into four channels, whatever they hold, and the decoder needs as much again. */
const WEBP_PLANES = 8;

export interface Size {
  readonly height: number;
  readonly width: number;
}

/**
 * Bytes of a picture's pixels: width x height x channels x bytes of a channel. Every picture is counted whole, although the
 * library reads some in strips: interlaced and progressive ones it cannot. Of a progressive JPEG it holds coefficients of two
 * bytes each.
 */
export function decodedBytes({
  width,
  height,
  channels,
  depth,
  format,
  isProgressive,
}: Pick<Metadata, 'width' | 'height' | 'channels' | 'depth' | 'format' | 'isProgressive'>): number {
  const bytes = DEPTHS[depth] ?? DEEPEST;
  const isCoefficients = format === 'jpeg' && isProgressive;
  const planes = format === 'webp' ? WEBP_PLANES : channels;
  return width * height * planes * (isCoefficients ? Math.max(2, bytes) : bytes);
}

/** Bytes of a picture's tensor, and of the pixels that it is made of. */
export function tensorBytes({ width, height }: Size, channels: number, datatype: Datatype): number {
  const { BYTES_PER_ELEMENT: element } = KINDS[datatype].create(0) as Exclude<
    ReturnType<(typeof KINDS)[Datatype]['create']>,
    string[]
  >;
  return width * height * channels * (1 + element);
}
