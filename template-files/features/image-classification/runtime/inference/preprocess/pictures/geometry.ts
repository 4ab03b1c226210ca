import type { PictureSteps } from '../../../contract/image-profiles.ts';
import type { Size } from '../picture-cost.ts';
import type { Axis } from './coefficients.ts';

/** What becomes of a picture's rows and columns, and where the result lies on the model's picture. */
export interface Geometry {
  readonly rows: Axis;
  readonly columns: Axis;
  readonly top: number;
  readonly left: number;
  /** Of the model's picture; what the result does not cover gets the background. */
  readonly canvas: Size;
}

/** Pixels of a resized picture before it is cropped: the training libraries have no memory for more. */
const MAX_RESIZED = 268_402_689;

/** A picture that the steps cannot be applied to. */
export class NoGeometry extends Error {}

/** Python's round(): halves go to the even neighbour, and 0 has no sign. */
export function halfEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value) + 0;
  return below % 2 === 0 ? below : below + 1;
}

/**
 * @param from the picture's size, upright where EXIF is applied
 * @param to the model's height and width; -1 keeps the picture's own
 * @throws NoGeometry
 */
export function geometryOf(from: Size, [toHeight, toWidth]: readonly [number, number], steps: PictureSteps): Geometry {
  const to = { height: toHeight === -1 ? from.height : toHeight, width: toWidth === -1 ? from.width : toWidth };
  if (steps.fit === 'contain') return contained(from, to, steps);
  if (steps.fit === 'stretch') return stretched(from, to, boxOf(from));
  if (steps.shorterSide !== undefined) return cropped(from, to, steps.shorterSide, steps);
  if (steps.profile === 'huggingface' || steps.profile === 'opencv' || steps.profile === 'yolo') {
    return cropped(from, to, Math.max(to.height, to.width), steps);
  }
  return stretched(from, to, steps.profile === 'keras' ? wholeBox(from, to) : fittedBox(from, to));
}

/** The part of the source that is used: left, top, right, bottom. */
type Box = readonly [left: number, top: number, right: number, bottom: number];

const boxOf = ({ width, height }: Size): Box => [0, 0, width, height];

function stretched(from: Size, to: Size, [left, top, right, bottom]: Box): Geometry {
  return {
    rows: { source: from.height, result: to.height, from: 0, to: to.height, box: [top, bottom] },
    columns: { source: from.width, result: to.width, from: 0, to: to.width, box: [left, right] },
    top: 0,
    left: 0,
    canvas: to,
  };
}

/** Pillow's ImageOps.fit: the largest part in the middle that has the result's shape, to fractions of pixels (float32). */
function fittedBox({ width, height }: Size, to: Size): Box {
  const [ratio, wanted] = [width / height, to.width / to.height];
  const partWidth = ratio > wanted ? wanted * height : width;
  const partHeight = ratio > wanted || ratio === wanted ? height : width / wanted;
  const [left, top] = [(width - partWidth) * 0.5, (height - partHeight) * 0.5];
  return [Math.fround(left), Math.fround(top), Math.fround(left + partWidth), Math.fround(top + partHeight)];
}

/** The same of Keras' load_img(keep_aspect_ratio=True), in full pixels. */
function wholeBox({ width, height }: Size, to: Size): Box {
  const partHeight = Math.min(height, Math.floor((width * to.height) / to.width));
  const partWidth = Math.min(width, Math.floor((height * to.width) / to.height));
  if (partHeight < 1 || partWidth < 1) {
    throw new NoGeometry(`cropped to ${partWidth} x ${partHeight} pixels for ${to.width} x ${to.height}`);
  }
  const [left, top] = [Math.floor((width - partWidth) / 2), Math.floor((height - partHeight) / 2)];
  return [left, top, left + partWidth, top + partHeight];
}

/** torchvision's Resize of the shorter side, then its CenterCrop. */
function cropped(from: Size, to: Size, shorterSide: number, steps: PictureSteps): Geometry {
  const [short, long] = [Math.min(from.width, from.height), Math.max(from.width, from.height)];
  const exact = (shorterSide * long) / short;
  const longerSide = steps.rounding === 'truncate' ? Math.trunc(exact) : halfEven(exact);
  const whole =
    from.width <= from.height ? { width: shorterSide, height: longerSide } : { width: longerSide, height: shorterSide };
  if (whole.width * whole.height > MAX_RESIZED) {
    throw new NoGeometry(`resized to ${whole.width} x ${whole.height} pixels, more than ${MAX_RESIZED}`);
  }
  const middle = steps.profile === 'huggingface' ? Math.floor : halfEven;
  const [top = 0, left = 0] = steps.cropOffset ?? [
    middle((whole.height - to.height) / 2),
    middle((whole.width - to.width) / 2),
  ];
  if (top + to.height > whole.height || left + to.width > whole.width) {
    throw new NoGeometry(
      `resized to ${whole.width} x ${whole.height}, which has no ${to.width} x ${to.height} at row ${top}, column ${left}`,
    );
  }
  return {
    rows: { source: from.height, result: whole.height, from: top, to: top + to.height },
    columns: { source: from.width, result: whole.width, from: left, to: left + to.width },
    top: 0,
    left: 0,
    canvas: to,
  };
}

/** The letterbox: the picture as large as it can be, and the background around it. */
function contained(from: Size, to: Size, steps: PictureSteps): Geometry {
  const isPillow = steps.profile !== 'yolo' && steps.profile !== 'opencv';
  const { width, height } = isPillow ? pillowContain(from, to) : factorContain(from, to);
  if (width < 1 || height < 1) {
    throw new NoGeometry(`resized to ${width} x ${height} pixels within ${to.width} x ${to.height}`);
  }
  // Ultralytics' LetterBox shifts a rest of one pixel to the end.
  const middle = (rest: number) => halfEven(isPillow ? rest * 0.5 : rest / 2 - 0.1);
  return {
    rows: { source: from.height, result: height, from: 0, to: height },
    columns: { source: from.width, result: width, from: 0, to: width },
    top: middle(to.height - height),
    left: middle(to.width - width),
    canvas: to,
  };
}

/** ImageOps.contain. */
function pillowContain(from: Size, to: Size): Size {
  const [ratio, wanted] = [from.width / from.height, to.width / to.height];
  if (ratio > wanted) return { width: to.width, height: halfEven((from.height / from.width) * to.width) };
  if (ratio < wanted) return { width: halfEven((from.width / from.height) * to.height), height: to.height };
  return to;
}

/** Ultralytics' LetterBox. */
function factorContain(from: Size, to: Size): Size {
  const factor = Math.min(to.height / from.height, to.width / from.width);
  return { width: halfEven(from.width * factor), height: halfEven(from.height * factor) };
}
