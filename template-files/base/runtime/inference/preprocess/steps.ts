import type { Tensor } from '../tensor.ts';

/**
 * What a raw input becomes on its way to the model, in order. A picture: `decode` (pixels of the file, upright), `colour` (in the
 * model's channels), `resize`, `crop` (or padded), each height x width x channels from 0 to 255, then `normalise`. Texts of token
 * ids: `ids`. All else: `tensor`. The last one of each is the tensors that the model gets.
 */
export const STEPS = ['decode', 'colour', 'resize', 'crop', 'normalise', 'ids', 'tensor'] as const;

export type StepName = (typeof STEPS)[number];

/** One step of one instance. */
export interface Step {
  readonly name: StepName;
  /** By the name of the model's input; the name of a step that has one tensor and belongs to no input is empty. */
  readonly tensors: readonly NamedTensor[];
}

export interface NamedTensor extends Tensor {
  readonly name: string;
}

/**
 * Receives the steps before the last one as they are made. An encoder calls it only where it is given, because the pixels of each
 * step are copied for it; requests of clients never give it.
 */
export type OnStep = (place: number, step: Step) => void;
