import type { ImageSteps, InputSpec } from './serving.ts';

/** Libraries whose results a picture's steps equal. */
export type ImageProfile = NonNullable<ImageSteps['profile']>;

/** Every step from a file to pixels, with nothing left out. */
export interface PictureSteps {
  readonly profile: ImageProfile;
  readonly fit: NonNullable<ImageSteps['fit']>;
  readonly shorterSide: number | undefined;
  readonly rounding: NonNullable<ImageSteps['rounding']>;
  readonly cropOffset: readonly number[] | undefined;
  readonly interpolation: NonNullable<ImageSteps['interpolation']>;
  readonly antialias: boolean;
  readonly exif: NonNullable<ImageSteps['exif']>;
  readonly icc: NonNullable<ImageSteps['icc']>;
  readonly cmyk: NonNullable<ImageSteps['cmyk']>;
  readonly alpha: NonNullable<ImageSteps['alpha']>;
  readonly grey: NonNullable<ImageSteps['grey']>;
  readonly animation: NonNullable<ImageSteps['animation']>;
  readonly background: readonly number[];
}

/** How pixels become the model's values: (pixel * scale - mean) / std, in this order of channels. */
export interface ValueSteps {
  readonly color: 'rgb' | 'bgr';
  readonly scale: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

type Defaults = Omit<PictureSteps, 'profile' | 'shorterSide' | 'cropOffset'> &
  ValueSteps & { readonly cropShare?: number };

const IMAGENET = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;

/** Image.open(file).convert('RGB').resize(size), as Pillow does it by default. */
const PIL: Defaults = {
  fit: 'stretch',
  rounding: 'round',
  interpolation: 'bicubic',
  antialias: true,
  exif: 'ignore',
  icc: 'ignore',
  cmyk: 'plain',
  alpha: 'drop',
  grey: 'bt601',
  animation: 'refuse',
  background: [0, 0, 0],
  color: 'rgb',
  scale: 1 / 255,
  mean: [0],
  std: [1],
};

/** Resize to 256, CenterCrop of 224: the share of 0.875 that nearly all models of ImageNet are validated with. */
const TORCHVISION: Defaults = {
  ...PIL,
  ...IMAGENET,
  fit: 'cover',
  cropShare: 0.875,
  rounding: 'truncate',
  interpolation: 'bilinear',
};

/** cv2.imread turns pictures upright and gives blue first; cv2.resize has no antialiasing. */
const OPENCV: Defaults = { ...PIL, interpolation: 'bilinear', antialias: false, exif: 'apply', color: 'bgr' };

/** What the steps are where serving.yaml names a profile and does not declare them. */
export const IMAGE_PROFILES: Readonly<Record<ImageProfile, Defaults>> = {
  torchvision: TORCHVISION,
  pil: PIL,
  keras: { ...PIL, interpolation: 'nearest', rounding: 'truncate', scale: 1 },
  opencv: OPENCV,
  timm: { ...TORCHVISION, interpolation: 'bicubic' },
  yolo: { ...OPENCV, fit: 'contain', color: 'rgb', background: [114, 114, 114] },
  huggingface: { ...PIL, rounding: 'truncate', interpolation: 'bilinear', exif: 'apply', mean: [0.5], std: [0.5] },
};

/** Keys of a picture's steps that only a profile has. */
export const PROFILE_KEYS = [
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

/**
 * The steps of an input whose picture is made as a profile says; undefined without one: the library's own steps then apply,
 * as in all versions before 0.9.
 */
export function pictureSteps(input: Pick<InputSpec, 'shape' | 'image'>): PictureSteps | undefined {
  const { image = {} } = input;
  const { profile } = image;
  if (profile === undefined) return undefined;
  const { cropShare, color: _color, scale: _scale, mean: _mean, std: _std, ...defaults } = IMAGE_PROFILES[profile];
  const longest = Math.max(...pictureSize(input));
  const usual = cropShare !== undefined && longest > 0 ? Math.floor(longest / cropShare) : undefined;
  const given = Object.fromEntries(
    Object.keys(defaults).flatMap((key) => {
      const value = image[key as keyof ImageSteps];
      return value === undefined ? [] : [[key, value]];
    }),
  );
  const steps = { ...defaults, ...given } as typeof defaults;
  return {
    ...steps,
    profile,
    shorterSide: steps.fit === 'cover' ? (image.shorterSide ?? usual) : undefined,
    cropOffset: image.cropOffset,
  };
}

/**
 * The values that an input takes. Models of bytes normalise by themselves, and one channel has no mean of three: a profile's
 * own values are left out there.
 */
export function valueSteps({
  datatype,
  shape,
  image = {},
}: Pick<InputSpec, 'datatype' | 'shape' | 'image'>): ValueSteps {
  const isBytes = datatype === 'UINT8';
  const defaults = image.profile && IMAGE_PROFILES[image.profile];
  const channels = shape[channelAxis(shape) ?? 1];
  const isNormalised = defaults && !isBytes && (channels === 3 || defaults.mean.length === 1);
  return {
    color: image.color ?? defaults?.color ?? 'rgb',
    scale: image.scale ?? (isBytes ? 1 : (defaults?.scale ?? 1 / 255)),
    mean: image.mean ?? (isNormalised ? defaults.mean : [0]),
    std: image.std ?? (isNormalised ? defaults.std : [1]),
  };
}

/** Where the channels of an image input are: the axis that has one or three of them. */
export function channelAxis(shape: readonly number[]): 1 | 3 | undefined {
  if (shape.length !== 4) return undefined;
  return ([1, 3] as const).find((axis) => shape[axis] === 1 || shape[axis] === 3);
}

/** Height and width of the picture that the model takes; -1 where it keeps its own. */
export function pictureSize({ shape, image = {} }: Pick<InputSpec, 'shape' | 'image'>): readonly [number, number] {
  const axis = channelAxis(shape) ?? 1;
  const [height = -1, width = -1] = shape.filter((_, at) => at > 0 && at !== axis);
  const [ownHeight = -1, ownWidth = -1] = image.size ?? [];
  return [height === -1 ? ownHeight : height, width === -1 ? ownWidth : width];
}
