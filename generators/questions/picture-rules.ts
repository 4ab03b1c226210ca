import { type ImageSteps, PICTURE_PROFILES, type PictureProfile, type TensorSpec } from '../tensor.ts';
import type { Problem } from './problem.ts';

/** How a profile brings a picture to the input's size where nothing is declared. */
export const PROFILE_FITS: Readonly<Record<PictureProfile, NonNullable<ImageSteps['fit']>>> = {
  torchvision: 'cover',
  pil: 'stretch',
  keras: 'stretch',
  opencv: 'stretch',
  timm: 'cover',
  yolo: 'contain',
  huggingface: 'stretch',
};

/** Keys that only a profile has. */
const PROFILE_KEYS = [
  'size',
  'rounding',
  'cropOffset',
  'interpolation',
  'antialias',
  'exif',
  'icc',
  'cmyk',
  'alpha',
  'grey',
  'animation',
] as const satisfies readonly (keyof ImageSteps)[];

/** What is wrong with the steps of a picture whose input has its channels at `axis`. */
export function pictureProblems({ shape, image = {} }: TensorSpec, axis: number): Problem[] {
  const at = (key: keyof ImageSteps) => ['inputs', 0, 'image', key];
  const { profile, size } = image;
  const fixed = shape.filter((_, i) => i > 0 && i !== axis);
  const sides = fixed.map((side, i) => (side === -1 ? (size?.[i] ?? -1) : side));
  const fit = image.fit ?? (profile && isKnown(profile) ? PROFILE_FITS[profile] : 'stretch');
  const problems: Problem[] = [];
  if (image.shorterSide !== undefined && (fit !== 'cover' || image.shorterSide < Math.max(...sides))) {
    const message = `goes with fit: cover and is at least ${Math.max(...sides)}, found ${image.shorterSide}`;
    problems.push({ path: at('shorterSide'), message });
  }
  if (size?.some((side, i) => fixed[i] !== -1 && fixed[i] !== side)) {
    problems.push({ path: at('size'), message: `is ${fixed.join(' and ')}, as the shape says, or left out` });
  }
  if (profile === undefined) {
    const own = PROFILE_KEYS.filter((key) => image[key] !== undefined);
    return [...problems, ...own.map((key) => ({ path: at(key), message: 'goes with a profile' }))];
  }
  if (fit !== 'stretch' && sides.includes(-1)) {
    problems.push({ path: at('size'), message: `is needed: fit: ${fit} has no height and width otherwise` });
  }
  if (image.cropOffset !== undefined && fit !== 'cover') {
    problems.push({ path: at('cropOffset'), message: 'goes with fit: cover' });
  }
  return problems;
}

function isKnown(profile: string): profile is PictureProfile {
  return (PICTURE_PROFILES as readonly string[]).includes(profile);
}
