import type { ImageSteps } from '../../tensor.ts';
import {
  isSettings,
  isSide,
  mismatch,
  numbers,
  type PictureInput,
  type Reading,
  type Settings,
  type Side,
  sizeSteps,
} from './reading.ts';

/** Pillow's numbers of its filters. */
const FILTERS: Readonly<Record<string, ImageSteps['interpolation']>> = {
  0: 'nearest',
  1: 'lanczos',
  2: 'bilinear',
  3: 'bicubic',
  4: 'area',
};

/** Steps that a processor may have and the service has not, with the values that switch them off. */
const UNSUPPORTED = ['do_pad', 'do_thumbnail', 'do_align_long_axis', 'do_resize_and_center_crop', 'rescale_offset'];

/** A shorter side below it is resized to a larger one first, and cropped (ConvNextImageProcessor). */
const CONVNEXT_SIDE = 384;

/**
 * A `preprocessor_config.json` of Hugging Face's image processors, whose resize is Pillow's.
 * Source: transformers, image_processing_utils.py and image_transforms.py.
 */
export function readHuggingFace(settings: Settings, input: PictureInput): Reading {
  const own = UNSUPPORTED.find((key) => settings[key] !== undefined && settings[key] !== false);
  if (own !== undefined) return { problem: `it has ${own}, which the service does not do` };
  const place = placeOf(settings, input);
  if ('problem' in place) return place;
  const interpolation = FILTERS[String(settings['resample'])];
  if (interpolation === undefined) {
    return { problem: `its resample is ${JSON.stringify(settings['resample'])}, and the service has 0 to 4` };
  }
  const values = input.datatype === 'UINT8' ? {} : valuesOf(settings);
  const color = settings['do_flip_channel_order'] === true ? { color: 'bgr' as const } : {};
  return { steps: { profile: 'huggingface', ...place.steps, interpolation, ...color, ...values } };
}

function placeOf(settings: Settings, input: PictureInput): Reading {
  if (settings['do_resize'] === false) return { problem: 'it does not resize pictures (do_resize: false)' };
  const size = sideOf(settings['size']);
  const crops = settings['do_center_crop'] === true;
  if (size === undefined) return { problem: `its size is ${JSON.stringify(settings['size'])}` };
  const share = settings['crop_pct'];
  if (typeof size === 'number' && typeof share === 'number') {
    const isCropped = size < CONVNEXT_SIDE;
    const shorterSide = Math.trunc(size / share);
    return isCropped ? cropped(shorterSide, [size, size], input) : stretched([size, size], input);
  }
  if (typeof size !== 'number') {
    if (crops) return { problem: 'it stretches pictures to one size and then crops another (do_center_crop)' };
    return stretched(size, input);
  }
  if (!crops) return { problem: 'it resizes the shorter side and crops nothing: pictures have different sizes' };
  const crop = sideOf(settings['crop_size']);
  if (crop === undefined) return { problem: `its crop_size is ${JSON.stringify(settings['crop_size'])}` };
  return cropped(size, typeof crop === 'number' ? [crop, crop] : crop, input);
}

function stretched(size: Side, input: PictureInput): Reading {
  const own = sizeSteps(input, size);
  return own ? { steps: own } : mismatch(size, input);
}

function cropped(shorterSide: number, crop: Side, input: PictureInput): Reading {
  const own = sizeSteps(input, crop);
  if (!own) return mismatch(crop, input);
  if (shorterSide < Math.max(...crop))
    return { problem: `it crops ${crop.join(' x ')} from a shorter side of ${shorterSide}` };
  return { steps: { ...own, fit: 'cover', shorterSide } };
}

/** A length of the shorter side, or height and width. Old files have one number where both are meant: those have no crop. */
function sideOf(value: unknown): number | Side | undefined {
  if (isSide(value)) return value;
  if (!isSettings(value)) return undefined;
  const { shortest_edge: shortest, height, width } = value;
  if (isSide(shortest)) return shortest;
  return isSide(height) && isSide(width) ? [height, width] : undefined;
}

function valuesOf(settings: Settings): Pick<ImageSteps, 'scale' | 'mean' | 'std'> {
  const factor = settings['rescale_factor'];
  const scale = settings['do_rescale'] === false ? 1 : typeof factor === 'number' ? factor : 1 / 255;
  const isNormalised = settings['do_normalize'] !== false;
  return {
    ...(Math.abs(scale - 1 / 255) > 1e-9 && { scale }),
    mean: (isNormalised && numbers(settings['image_mean'])) || [0],
    std: (isNormalised && numbers(settings['image_std'])) || [1],
  };
}
