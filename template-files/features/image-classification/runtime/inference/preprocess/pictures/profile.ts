import type { Metadata, Sharp } from 'sharp';
import { channelAxis, type PictureSteps, pictureSize, pictureSteps } from '../../../contract/image-profiles.ts';
import type { InputSpec } from '../../../contract/serving.ts';
import type { Size } from '../picture-cost.ts';
import { flattened, onBackground, plainRgb, toGrey } from './colours.ts';
import { geometryOf } from './geometry.ts';
import { type Pixels, type Resampler, type Resize, resample, resizeBytes } from './resample.ts';

/** What a profile makes of a file whose head has been read. */
export interface Plan {
  /** Of the picture as the model takes it. */
  readonly size: Size;
  /** Bytes that the steps need besides the decoder's own and the tensor. */
  readonly bytes: number;
  /** Whether the decoder is to leave an embedded colour profile alone. */
  readonly ignoreIcc: boolean;
  /**
   * @param open opens the file, once for each step that is shown
   * @param onTurn called between portions of the work; what it throws ends the work
   * @param show receives the pixels after each step
   */
  readonly decode: (open: () => Sharp, onTurn: () => void, show?: ShowPixels) => Promise<Pixels>;
}

type ShowPixels = (name: 'decode' | 'colour' | 'resize' | 'crop', pixels: Pixels) => void;

/** Steps that a picture cannot go through. The message completes "found a picture …". */
export class Refused extends Error {}

/**
 * Plans pictures by the input's profile; undefined without one. A plan throws Refused, or NoGeometry, and decodes nothing.
 */
export function createPlanner(input: InputSpec): ((head: Metadata, isAnimated: boolean) => Plan) | undefined {
  const steps = pictureSteps(input);
  if (steps === undefined) return undefined;
  const size = pictureSize(input);
  const channels = input.shape[channelAxis(input.shape) ?? 1] === 1 ? 1 : 3;
  const resampler = steps.profile === 'opencv' || steps.profile === 'yolo' ? 'opencv' : 'pillow';
  const { interpolation, antialias } = steps;

  return (head, isAnimated) => {
    if (isAnimated && steps.animation === 'refuse') throw new Refused('that is animated (image.animation: refuse)');
    if (head.hasAlpha && steps.alpha === 'refuse') throw new Refused('with transparency (image.alpha: refuse)');
    if (head.space === 'cmyk' && steps.cmyk === 'refuse') throw new Refused('in CMYK (image.cmyk: refuse)');
    const from = steps.exif === 'apply' ? upright(head) : { width: head.width, height: head.height };
    const geometry = geometryOf(from, size, steps);
    const resize: Resize = { rows: geometry.rows, columns: geometry.columns, interpolation, antialias, resampler };
    const source = sourceOf(head, steps, resampler);
    const pixels = from.width * from.height;
    return {
      size: geometry.canvas,
      bytes: pixels * (source.bytes + (channels === 1 ? 1 : 0)) + resizeBytes(resize, channels),
      ignoreIcc: steps.icc === 'ignore' && !(head.space === 'cmyk' && steps.cmyk === 'convert'),
      async decode(open, onTurn, show) {
        const turned = () => (steps.exif === 'apply' ? open().autoOrient() : open());
        if (show) show('decode', await readBytes(head.space === 'cmyk' ? asCmyk(turned()) : turned()));
        const rgb = await source.read(turned());
        onTurn();
        const colours = channels === 1 ? toGrey(rgb, steps) : rgb;
        show?.('colour', colours);
        if (show && steps.shorterSide !== undefined) show('resize', await resample(colours, uncropped(resize), onTurn));
        const resized = await resample(colours, resize, onTurn);
        const pixels = onBackground(resized, geometry, backgroundOf(steps, channels));
        show?.(steps.fit === 'stretch' ? 'resize' : 'crop', pixels);
        return pixels;
      },
    };
  };
}

function uncropped({ rows, columns, ...more }: Resize): Resize {
  return { ...more, rows: { ...rows, from: 0, to: rows.result }, columns: { ...columns, from: 0, to: columns.result } };
}

/** EXIF orientations from 5 on lie on their side. */
export function upright({ width, height, orientation = 1 }: Pick<Metadata, 'width' | 'height' | 'orientation'>): Size {
  return orientation >= 5 ? { width: height, height: width } : { width, height };
}

function backgroundOf(steps: PictureSteps, channels: number): readonly number[] {
  if (channels === 3) return steps.background;
  const data = Uint8Array.from(steps.background);
  return [...toGrey({ data, height: 1, width: 1, channels: 3 }, steps).data];
}

interface Source {
  /** Bytes a pixel while the three channels are made. */
  readonly bytes: number;
  readonly read: (picture: Sharp) => Promise<Pixels>;
}

/** How the decoder's pixels become eight bits of red, green and blue, as the profile's library does it. */
function sourceOf(head: Metadata, { alpha, background, cmyk }: PictureSteps, library: Resampler): Source {
  if (head.space === 'cmyk' && cmyk === 'plain') {
    return { bytes: 7, read: (picture) => readBytes(asCmyk(picture), (data) => plainRgb(data, library)) };
  }
  if (head.hasAlpha && alpha === 'flatten') {
    const read = (picture: Sharp) => readBytes(picture.toColourspace('srgb'), (data) => flattened(data, background));
    return { bytes: 7, read };
  }
  if (head.space === 'grey16' && library === 'pillow') {
    return { bytes: 5, read: (picture) => readClipped(picture.removeAlpha()) };
  }
  return { bytes: 3, read: (picture) => readBytes(picture.removeAlpha().toColourspace('srgb')) };
}

function asCmyk(picture: Sharp): Sharp {
  return picture.pipelineColourspace('cmyk').toColourspace('cmyk');
}

async function readBytes(picture: Sharp, toRgb?: (data: Uint8Array) => Uint8Array): Promise<Pixels> {
  const { data, info } = await picture.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  const { height, width } = info;
  return { data: toRgb ? toRgb(data) : data, height, width, channels: toRgb ? 3 : info.channels };
}

/** Grey of 16 bits: Pillow's convert keeps values up to 255, and makes 255 of all others. */
async function readClipped(picture: Sharp): Promise<Pixels> {
  const { data, info } = await picture
    .toColourspace('grey16')
    .raw({ depth: 'ushort' })
    .toBuffer({ resolveWithObject: true });
  const pixels = info.width * info.height;
  const step = info.channels * 2;
  const rgb = new Uint8Array(pixels * 3);
  for (let at = 0; at < pixels; at++) rgb.fill(Math.min(255, data.readUInt16LE(at * step)), at * 3, at * 3 + 3);
  return { data: rgb, height: info.height, width: info.width, channels: 3 };
}
