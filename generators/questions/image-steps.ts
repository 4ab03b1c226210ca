import type { ImageSteps, TensorSpec } from '../tensor.ts';

/** One way in which image models are trained. */
interface Way {
  readonly label: string;
  /** What serving.yaml gets for an input; undefined for the server's defaults. */
  readonly steps: (input: Pick<TensorSpec, 'datatype' | 'shape'>) => ImageSteps | undefined;
}

const IMAGENET = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
const HALF = { mean: [0.5], std: [0.5] };
/** Where a model takes pictures of any size: the one that nearly all models of ImageNet are trained with. */
const USUAL = 224;
/** Models of ImageNet are validated with the middle of pictures resized to 256 for 224. */
const CROP_SHARE = 0.875;

/**
 * The ways in which nearly all image models are trained. The server's default for floats is the first. "ImageNet" is a resize of
 * the shorter side and a crop, not a stretch.
 */
export const IMAGE_STEPS: Readonly<Record<string, Way>> = {
  'zero-to-one': { label: "Pixels from 0 to 1, resized by the decoder (near to Pillow's)", steps: () => undefined },
  imagenet: {
    label: 'torchvision: Resize(256), CenterCrop(224), mean and deviation of ImageNet',
    steps: cropped('torchvision'),
  },
  'minus-one-to-one': {
    label: 'Pixels from -1 to 1 (MobileNet, Inception)',
    steps: ({ datatype }) => values(datatype, HALF),
  },
  bytes: { label: 'Pixels from 0 to 255', steps: () => ({ scale: 1 }) },
  timm: { label: 'timm: resize, crop of 0.875, bicubic, mean and deviation of ImageNet', steps: cropped('timm') },
  huggingface: {
    label: 'Hugging Face image processor (ViT): resized to the size, -1 to 1',
    steps: ({ datatype }) => ({ profile: 'huggingface', ...values(datatype, HALF) }),
  },
  pil: { label: "Pillow's Image.resize (bicubic), 0 to 1", steps: () => ({ profile: 'pil' }) },
  keras: { label: 'Keras load_img (nearest), 0 to 255', steps: () => ({ profile: 'keras' }) },
  opencv: { label: 'OpenCV imread and resize: blue first, 0 to 1', steps: () => ({ profile: 'opencv' }) },
  yolo: {
    label: 'YOLO: letterbox of grey 114, 0 to 1',
    steps: ({ shape }) => ({ profile: 'yolo', ...sizeOf(shape, 640) }),
  },
};

function cropped(profile: 'torchvision' | 'timm'): Way['steps'] {
  return ({ datatype, shape }) => {
    const { size } = sizeOf(shape, USUAL);
    const sides = size ?? sidesOf(shape);
    return {
      profile,
      ...(size && { size }),
      shorterSide: Math.floor(Math.max(...sides) / CROP_SHARE),
      ...(channelsOf(shape) === 3 && values(datatype, IMAGENET)),
    };
  };
}

/** Models of bytes normalise by themselves. */
function values(datatype: string, steps: ImageSteps): ImageSteps {
  return datatype === 'UINT8' ? {} : steps;
}

function channelAxis(shape: readonly number[]): number {
  return [1, 3].find((axis) => [1, 3].includes(shape[axis] ?? 0)) ?? 1;
}

function channelsOf(shape: readonly number[]): number | undefined {
  return shape[channelAxis(shape)];
}

function sidesOf(shape: readonly number[]): readonly number[] {
  return shape.filter((_, at) => at > 0 && at !== channelAxis(shape));
}

function sizeOf(shape: readonly number[], usual: number): { readonly size?: readonly number[] } {
  const sides = sidesOf(shape);
  return sides.includes(-1) ? { size: sides.map((side) => (side === -1 ? usual : side)) } : {};
}
