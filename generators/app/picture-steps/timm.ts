import type { ImageSteps } from '../../tensor.ts';
import { mismatch, numbers, type PictureInput, type Reading, type Settings, type Side, sizeSteps } from './reading.ts';

const INTERPOLATIONS: readonly unknown[] = ['nearest', 'bilinear', 'bicubic', 'lanczos'];

/** timm's `pretrained_cfg`: a resize of the shorter side to size / crop_pct, rounded down, and a crop in the middle. */
export function readTimm(settings: Settings, input: PictureInput): Reading {
  const { input_size: inputSize, interpolation, crop_pct: share = 0.875, crop_mode: mode = 'center' } = settings;
  const [, height, width] = numbers(inputSize) ?? [];
  if (height === undefined || width === undefined) return { problem: `its input_size is ${JSON.stringify(inputSize)}` };
  if (!INTERPOLATIONS.includes(interpolation))
    return { problem: `its interpolation is ${JSON.stringify(interpolation)}` };
  if (typeof share !== 'number' || !(share > 0 && share <= 1))
    return { problem: `its crop_pct is ${JSON.stringify(share)}` };
  const size: Side = [height, width];
  const own = sizeSteps(input, size);
  if (!own) return mismatch(size, input);
  const place = placeOf(mode, size, share);
  if (!place) return { problem: `its crop_mode is ${JSON.stringify(mode)} for ${size.join(' x ')}` };
  const [mean, std] = [numbers(settings['mean']), numbers(settings['std'])];
  const values = input.datatype === 'UINT8' ? {} : { ...(mean && { mean }), ...(std && { std }) };
  return {
    steps: {
      profile: 'timm',
      ...own,
      ...place,
      interpolation: interpolation as ImageSteps['interpolation'],
      ...values,
    },
  };
}

function placeOf(
  mode: unknown,
  [height, width]: Side,
  share: number,
): Pick<ImageSteps, 'fit' | 'shorterSide'> | undefined {
  if (mode === 'squash' && share === 1) return { fit: 'stretch' };
  if (mode === 'center' && height === width) return { shorterSide: Math.floor(height / share) };
  return undefined;
}
