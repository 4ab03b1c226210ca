import type { InputSpec, Serving } from '../contract/serving.ts';
import type { StepName } from '../inference/preprocess/steps.ts';
import type { Bound } from './difference.ts';
import type { TrainingRecord } from './recorded.ts';

/** Decoders and resamplers round differently by one of 255: so much of a picture agrees. */
const PIXEL = 1;
const SINGLE = 1e-5;
const HALF = 1e-3;

/** Largest differences of what agrees: the record's own where it states them. */
export function boundOf(
  name: StepName,
  input: InputSpec | undefined,
  { bounds }: Pick<TrainingRecord, 'bounds'>,
): Bound {
  const stated = bounds[name];
  const relative = name === 'tensor';
  if (stated !== undefined) return { value: stated, relative };
  if (name === 'ids') return { value: 0 };
  if (name === 'tensor') return { value: input?.datatype === 'FP16' ? HALF : SINGLE, relative };
  return { value: name === 'normalise' && input ? levelOf(input) : PIXEL };
}

/** Of the numbers of an answer. Pixels that agree to one of 255 do not give answers that agree to the last digit. */
export function answerTolerance({ model }: Pick<Serving, 'model'>, { tolerance }: TrainingRecord): number {
  return tolerance ?? (model.type === 'image-classification' ? 1e-3 : 1e-5);
}

/** One of 255 in the units of the tensor, of the channel in which it is largest. */
function levelOf({ datatype, image = {} }: InputSpec): number {
  const { scale = datatype === 'UINT8' ? 1 : 1 / 255, std = [1] } = image;
  return Math.max(...std.map((by) => Math.abs((PIXEL * scale) / by))) + (datatype === 'FP16' ? HALF : SINGLE);
}
