import sharp, { type Metadata, type Sharp } from 'sharp';
import { channelAxis } from '../../contract/media-rules.ts';
import type { ImageSteps, InputSpec } from '../../contract/serving.ts';
import { inputMismatch, ServiceError } from '../../errors.ts';

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

const FITS = { stretch: 'fill', cover: 'cover', contain: 'contain' } as const;

// Requests run side by side already; a picture need not have several threads.
sharp.concurrency(1);
sharp.cache(false);

/** Decodes a file, turns it upright, brings it to the input's size and to its channels. */
export function createPictureReader(input: InputSpec): (file: Uint8Array, where: string) => Promise<Pixels> {
  const axis = channelAxis(input.shape) ?? 1;
  const channels = input.shape[axis] ?? 3;
  const [height = -1, width = -1] = input.shape.filter((_, at) => at > 0 && at !== axis);
  const steps = input.image ?? {};
  const maxPixels = steps.maxPixels ?? (height === -1 || width === -1 ? MAX_PIXELS.free : MAX_PIXELS.fixed);

  return async (file, where) => {
    const name = FORMATS.find(({ is }) => is(Buffer.from(file.subarray(0, 12))))?.name;
    if (name === undefined)
      throw inputMismatch(where, 'a JPEG, PNG or WebP file', `${file.length} bytes of something else`);
    const open = (limitInputPixels: number | false) => sharp(file, { limitInputPixels, failOn: 'error', pages: 1 });
    try {
      // Reads the file's head alone, whatever size it claims.
      const size = await open(false).metadata();
      if (size.width * size.height > maxPixels) {
        throw inputMismatch(where, `at most ${maxPixels} pixels`, `${size.width} x ${size.height}`);
      }
      const turned = resize(open(maxPixels).autoOrient(), upright(size), { height, width }, steps);
      const { data, info } = await asChannels(turned, channels, steps)
        .raw({ depth: 'uchar' })
        .toBuffer({ resolveWithObject: true });
      return { data, height: info.height, width: info.width, channels: info.channels };
    } catch (error) {
      if (error instanceof ServiceError) throw error;
      throw inputMismatch(
        where,
        `a picture that can be decoded (${name}: ${(error as Error).message})`,
        `${file.length} bytes`,
      );
    }
  };
}

interface Size {
  readonly height: number;
  readonly width: number;
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
  const width = to.width === -1 ? from.width : to.width;
  const height = to.height === -1 ? from.height : to.height;
  // The triangle kernel is what training code means by bilinear with antialiasing.
  const kernel = 'linear';
  if (fit === 'cover' && shorterSide !== undefined) {
    const factor = shorterSide / Math.min(from.width, from.height);
    const whole = { width: Math.round(from.width * factor), height: Math.round(from.height * factor) };
    const left = Math.round((whole.width - width) / 2);
    const top = Math.round((whole.height - height) / 2);
    return picture.resize({ ...whole, fit: 'fill', kernel }).extract({ left, top, width, height });
  }
  if (from.width === width && from.height === height) return picture;
  const [r = 0, g = 0, b = 0] = background;
  return picture.resize({ width, height, fit: FITS[fit], kernel, background: { r, g, b, alpha: 1 } });
}

function asChannels(picture: Sharp, channels: number, { background = [0, 0, 0] }: ImageSteps): Sharp {
  const [r = 0, g = 0, b = 0] = background;
  const opaque = picture.flatten({ background: { r, g, b } });
  return channels === 1 ? opaque.toColourspace('b-w') : opaque.toColourspace('srgb');
}
