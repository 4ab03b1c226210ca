import sharp, { type Sharp } from 'sharp';
import { channelAxis, pictureSize } from '../../contract/image-profiles.ts';
import type { ImageSteps, InputSpec } from '../../contract/serving.ts';
import { inputMismatch, ServiceError } from '../../errors.ts';
import { checkWaiter, type Waiter } from '../limits/capacity.ts';
import type { StepName } from './encoder.ts';
import { kindOf } from './file-kinds.ts';
import { decodedBytes, type Size, tensorBytes } from './picture-cost.ts';
import { NoGeometry } from './pictures/geometry.ts';
import { createPlanner, type Plan, Refused, upright } from './pictures/profile.ts';
import type { Pixels } from './pictures/resample.ts';
import { isAnimatedPng } from './png-animation.ts';
import { withoutTexts } from './png-chunks.ts';

/** A picture of a free size becomes a tensor of its own size, twelve bytes a pixel: fewer pixels are enough. */
const MAX_PIXELS = { fixed: 25_000_000, free: 4_000_000 };

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
   * Turns it upright, brings it to the input's size and to its channels, or does what the input's profile says.
   * @param waiter its deadline ends the library's work to the second, and a profile's between portions of it
   * @param show receives the pixels after each step; only where they are compared, because each step is then decoded for itself
   */
  readonly decode: (waiter: Waiter, show?: ShowPixels) => Promise<Pixels>;
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
  const [height, width] = pictureSize(input);
  const steps = input.image ?? {};
  const maxPixels = steps.maxPixels ?? (height === -1 || width === -1 ? MAX_PIXELS.free : MAX_PIXELS.fixed);
  const maxDecoded = Math.min(steps.maxDecodedBytes ?? maxBytes, maxBytes);

  const planner = createPlanner(input);

  return async (given, where) => {
    const { name, isServed } = kindOf(given);
    if (!isServed) throw inputMismatch(where, 'a JPEG, PNG or WebP file', `${given.length} bytes of ${name}`);
    const bytes = Buffer.from(given.buffer, given.byteOffset, given.byteLength);
    const file = name === 'png' ? withoutTexts(bytes) : bytes;
    const open = (limitInputPixels: number | false, ignoreIcc = false) =>
      sharp(file, { limitInputPixels, failOn: 'error', pages: 1, ignoreIcc });
    const undecodable = (error: unknown) =>
      inputMismatch(
        where,
        `a picture that can be decoded (${name}: ${(error as Error).message})`,
        `${file.length} bytes`,
      );

    async function pixelsOf(picture: Sharp, { deadline }: Waiter): Promise<Pixels> {
      const { data, info } = await picture
        .timeout({ seconds: secondsUntil(deadline) })
        .raw({ depth: 'uchar' })
        .toBuffer({ resolveWithObject: true });
      return { data, height: info.height, width: info.width, channels: info.channels };
    }

    async function decode(waiter: Waiter, show?: ShowPixels): Promise<Pixels> {
      const turned = () => open(maxPixels).autoOrient();
      const { fit = 'stretch', shorterSide } = steps;
      if (show) {
        show('decode', await pixelsOf(turned(), waiter));
        show('colour', await pixelsOf(asChannels(turned(), channels, steps), waiter));
        if (fit === 'cover' && shorterSide !== undefined) {
          const whole = turned().resize({ ...wholeSize(from, shorterSide), fit: 'fill', kernel: KERNEL });
          show('resize', await pixelsOf(asChannels(whole, channels, steps), waiter));
        }
      }
      const pixels = await pixelsOf(asChannels(resize(turned(), from, to, steps), channels, steps), waiter);
      show?.(fit === 'stretch' ? 'resize' : 'crop', pixels);
      return pixels;
    }

    async function decodeAsPlanned(plan: Plan, waiter: Waiter, show?: ShowPixels): Promise<Pixels> {
      const openAgain = () => open(maxPixels, plan.ignoreIcc).timeout({ seconds: secondsUntil(waiter.deadline) });
      return plan.decode(openAgain, () => checkWaiter(waiter), show);
    }

    async function readable(decoding: Promise<Pixels>): Promise<Pixels> {
      try {
        return await decoding;
      } catch (error) {
        if (error instanceof ServiceError) throw error;
        if (/^timeout/.test((error as Error).message)) {
          throw new ServiceError('TIMEOUT', `${where}: the picture could not be decoded in time`);
        }
        throw undecodable(error);
      }
    }

    function planned(isAnimated: boolean): Plan | undefined {
      try {
        return planner?.(head, isAnimated);
      } catch (error) {
        if (!(error instanceof NoGeometry || error instanceof Refused)) throw error;
        const found = `${head.width} x ${head.height} pixels, ${error.message}`;
        throw inputMismatch(where, `a picture for the steps of profile ${steps.profile}`, found);
      }
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
    const plan = planned((head.pages ?? 1) > 1 || (name === 'png' && isAnimatedPng(file)));
    const from = upright(head);
    const to = plan?.size ?? {
      width: width === -1 ? from.width : width,
      height: height === -1 ? from.height : height,
    };
    const picture: Picture = {
      sourceBytes: decodedBytes(head) + (plan?.bytes ?? 0),
      resultBytes: tensorBytes(to, channels, input.datatype),
      decode: (waiter, show) => readable(plan ? decodeAsPlanned(plan, waiter, show) : decode(waiter, show)),
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
