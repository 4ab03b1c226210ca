import sharp, { type Metadata, type Sharp } from 'sharp';
import { channelAxis } from '../../contract/media-rules.ts';
import type { ImageSteps, InputSpec } from '../../contract/serving.ts';
import { inputMismatch, ServiceError } from '../../errors.ts';
import { decodedBytes, type Size, tensorBytes } from './picture-cost.ts';
import { withoutTexts } from './png-chunks.ts';
import type { StepName } from './steps.ts';

/** Rows of pixels, channels together. */
export interface Pixels {
  readonly data: Uint8Array;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** A picture of a free size becomes a tensor of its own size, twelve bytes a pixel: fewer pixels are enough. */
const MAX_PIXELS = { fixed: 25_000_000, free: 4_000_000 };

/** The formats that are served, by the bytes their files begin with. The library knows more, some of them dangerous. */
const FORMATS: readonly { readonly name: string; readonly is: (head: Buffer) => boolean }[] = [
  { name: 'jpeg', is: (head) => head.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff])) },
  { name: 'png', is: (head) => head.subarray(0, 8).equals(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')) },
  { name: 'webp', is: (head) => head.toString('latin1', 0, 4) === 'RIFF' && head.toString('latin1', 8, 12) === 'WEBP' },
];

/** The triangle kernel is what training code means by bilinear with antialiasing. */
const KERNEL = 'linear';

const FITS = { stretch: 'fill', cover: 'cover', contain: 'contain' } as const;

// Requests run side by side already; a picture need not have several threads.
sharp.concurrency(1);
sharp.cache(false);

/** A file whose head has been read: what it costs to decode it is known, and nothing of it is decoded. */
export interface Picture {
  /** Bytes of all of its pixels. */
  readonly sourceBytes: number;
  /** Bytes of what is kept of it until the request is answered. */
  readonly resultBytes: number;
  /**
   * Turns it upright, brings it to the input's size and to its channels.
   * @param deadline moment (performance.now) after which the library gives up, to the second
   * @param show receives the pixels after each step; only where they are compared, because each step is then decoded for itself
   */
  readonly decode: (deadline: number, show?: ShowPixels) => Promise<Pixels>;
}

/** Receives the pixels after a step. */
export type ShowPixels = (name: StepName, pixels: Pixels) => void;

/**
 * Reads the heads of files.
 * @throws INVALID_INPUT for what is no picture and for too many pixels, DECODED_TOO_LARGE for too many bytes
 */
export function createPictureReader(
  input: InputSpec,
  maxBytes: number,
): (file: Uint8Array, where: string) => Promise<Picture> {
  const axis = channelAxis(input.shape) ?? 1;
  const channels = input.shape[axis] ?? 3;
  const [height = -1, width = -1] = input.shape.filter((_, at) => at > 0 && at !== axis);
  const steps = input.image ?? {};
  const maxPixels = steps.maxPixels ?? (height === -1 || width === -1 ? MAX_PIXELS.free : MAX_PIXELS.fixed);
  const maxDecoded = Math.min(steps.maxDecodedBytes ?? maxBytes, maxBytes);

  return async (given, where) => {
    const name = FORMATS.find(({ is }) => is(Buffer.from(given.subarray(0, 12))))?.name;
    if (name === undefined)
      throw inputMismatch(where, 'a JPEG, PNG or WebP file', `${given.length} bytes of something else`);
    const bytes = Buffer.from(given.buffer, given.byteOffset, given.byteLength);
    const file = name === 'png' ? withoutTexts(bytes) : bytes;
    const open = (limitInputPixels: number | false) => sharp(file, { limitInputPixels, failOn: 'error', pages: 1 });
    const undecodable = (error: unknown) =>
      inputMismatch(
        where,
        `a picture that can be decoded (${name}: ${(error as Error).message})`,
        `${file.length} bytes`,
      );

    async function pixelsOf(picture: Sharp, deadline: number): Promise<Pixels> {
      try {
        const { data, info } = await picture
          .timeout({ seconds: secondsUntil(deadline) })
          .raw({ depth: 'uchar' })
          .toBuffer({ resolveWithObject: true });
        return { data, height: info.height, width: info.width, channels: info.channels };
      } catch (error) {
        if (/^timeout/.test((error as Error).message)) {
          throw new ServiceError('TIMEOUT', `${where}: the picture could not be decoded in time`);
        }
        throw undecodable(error);
      }
    }

    async function decode(deadline: number, show?: ShowPixels): Promise<Pixels> {
      const turned = () => open(maxPixels).autoOrient();
      const { fit = 'stretch', shorterSide } = steps;
      if (show) {
        show('decode', await pixelsOf(turned(), deadline));
        show('colour', await pixelsOf(asChannels(turned(), channels, steps), deadline));
        if (fit === 'cover' && shorterSide !== undefined) {
          const whole = turned().resize({ ...wholeSize(from, shorterSide), fit: 'fill', kernel: KERNEL });
          show('resize', await pixelsOf(asChannels(whole, channels, steps), deadline));
        }
      }
      const pixels = await pixelsOf(asChannels(resize(turned(), from, to, steps), channels, steps), deadline);
      show?.(fit === 'stretch' ? 'resize' : 'crop', pixels);
      return pixels;
    }

    // Reads the file's head alone, whatever size it claims.
    const head = await open(false)
      .metadata()
      .catch((error: unknown) => {
        throw undecodable(error);
      });
    if (head.width * head.height > maxPixels) {
      throw inputMismatch(where, `at most ${maxPixels} pixels`, `${head.width} x ${head.height}`);
    }
    const from = upright(head);
    const to = { width: width === -1 ? from.width : width, height: height === -1 ? from.height : height };
    const picture = {
      sourceBytes: decodedBytes(head),
      resultBytes: tensorBytes(to, channels, input.datatype),
      decode,
    };
    const all = picture.sourceBytes + picture.resultBytes;
    if (all > maxDecoded) {
      throw new ServiceError(
        'DECODED_TOO_LARGE',
        `${where}: expected a picture of at most ${maxDecoded} bytes once it is decoded, found ${all} ` +
          `(${head.width} x ${head.height}, ${head.channels} channels, ${head.depth}). Send a smaller one.`,
      );
    }
    return picture;
  };
}

/** Whole ones, rounded up, of which the library takes 1 to 3600; 0 is no limit. */
function secondsUntil(deadline: number): number {
  if (deadline === Number.POSITIVE_INFINITY) return 0;
  return Math.min(3600, Math.max(1, Math.ceil((deadline - performance.now()) / 1000)));
}

/** EXIF orientations from 5 on lie on their side. */
function upright({ width, height, orientation = 1 }: Metadata): Size {
  return orientation >= 5 ? { width: height, height: width } : { width, height };
}

function resize(
  picture: Sharp,
  from: Size,
  to: Size,
  { fit = 'stretch', shorterSide, background = [0, 0, 0] }: ImageSteps,
): Sharp {
  const { width, height } = to;
  const kernel = KERNEL;
  if (fit === 'cover' && shorterSide !== undefined) {
    const whole = wholeSize(from, shorterSide);
    const left = Math.round((whole.width - width) / 2);
    const top = Math.round((whole.height - height) / 2);
    return picture.resize({ ...whole, fit: 'fill', kernel }).extract({ left, top, width, height });
  }
  if (from.width === width && from.height === height) return picture;
  const [r = 0, g = 0, b = 0] = background;
  return picture.resize({ width, height, fit: FITS[fit], kernel, background: { r, g, b, alpha: 1 } });
}

/** Of a picture before its crop. */
function wholeSize({ width, height }: Size, shorterSide: number): Size {
  const factor = shorterSide / Math.min(width, height);
  return { width: Math.round(width * factor), height: Math.round(height * factor) };
}

function asChannels(picture: Sharp, channels: number, { background = [0, 0, 0] }: ImageSteps): Sharp {
  const [r = 0, g = 0, b = 0] = background;
  const opaque = picture.flatten({ background: { r, g, b } });
  return channels === 1 ? opaque.toColourspace('b-w') : opaque.toColourspace('srgb');
}
