import type { ImageSteps } from '../tensor.ts';

/** The ways in which nearly all image models are trained. The server's default for floats is the first. */
export const IMAGE_STEPS: Readonly<Record<string, { readonly label: string; readonly steps: ImageSteps | undefined }>> =
  {
    'zero-to-one': { label: 'Pixels from 0 to 1', steps: undefined },
    imagenet: {
      label: "Pixels from 0 to 1, then ImageNet's mean and deviation (torchvision, timm)",
      steps: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
    },
    'minus-one-to-one': { label: 'Pixels from -1 to 1 (MobileNet, Inception)', steps: { mean: [0.5], std: [0.5] } },
    bytes: { label: 'Pixels from 0 to 255', steps: { scale: 1 } },
  };
