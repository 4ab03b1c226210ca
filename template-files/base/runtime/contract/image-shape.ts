import type { InputSpec } from './serving.ts';

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
