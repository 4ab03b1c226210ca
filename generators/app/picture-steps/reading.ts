import type { ImageSteps, TensorSpec } from '../../tensor.ts';

/** The input that a model takes pictures in. */
export type PictureInput = Pick<TensorSpec, 'datatype' | 'shape'>;

/** What a file of settings says about pictures, or why the service cannot do it. */
export type Reading = { readonly steps: ImageSteps } | { readonly problem: string };

export type Settings = Readonly<Record<string, unknown>>;

export type Side = readonly [height: number, width: number];

export function isSettings(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Height and width of the input; -1 is free. */
export function sidesOf({ shape }: PictureInput): Side {
  const axis = [1, 3].find((at) => [1, 3].includes(shape[at] ?? 0)) ?? 1;
  const [height = -1, width = -1] = shape.filter((_, at) => at > 0 && at !== axis);
  return [height, width];
}

/** The key `size` where the shape leaves it free, nothing where it is the shape's, undefined where it contradicts the shape. */
export function sizeSteps(input: PictureInput, size: Side): Pick<ImageSteps, 'size'> | undefined {
  const sides = sidesOf(input);
  if (sides.some((side, at) => side !== -1 && side !== size[at])) return undefined;
  return sides.includes(-1) ? { size: [...size] } : {};
}

/** Numbers from 1, as a list of one value a channel. */
export function numbers(value: unknown): number[] | undefined {
  return Array.isArray(value) && value.length > 0 && value.every((one) => Number.isFinite(one)) ? value : undefined;
}

export function isSide(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0 && (value as number) <= 65_535;
}

export function mismatch(size: Side, input: PictureInput): Reading {
  return { problem: `it makes pictures of ${size.join(' x ')}, and the model takes ${sidesOf(input).join(' x ')}` };
}
