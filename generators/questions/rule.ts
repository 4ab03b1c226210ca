import type { TensorSpec } from '../tensor.ts';
import type { Problem } from './problem.ts';
import type { Answers } from './questions.ts';

export type Side = 'inputs' | 'outputs';

/** Something that several answers, or all tensors of one, must be together. */
export interface Rule {
  /** The answers it looks at. */
  readonly needs: readonly ('modelType' | Side)[];
  readonly check: (answers: Answers) => Problem[];
}

/** A rule on each tensor of one side by itself. */
export function each(side: Side, check: (tensor: TensorSpec, path: readonly (string | number)[]) => Problem[]): Rule {
  return { needs: [side], check: (answers) => answers[side].flatMap((tensor, i) => check(tensor, [side, i])) };
}

export function isFloat({ datatype }: TensorSpec): boolean {
  return datatype.startsWith('FP');
}

export function shown({ datatype, shape }: TensorSpec): string {
  return `${datatype}[${shape.join(',')}]`;
}

/** Indexes of the second and later appearances. */
export function repeated(names: readonly unknown[]): number[] {
  const seen = new Set<unknown>();
  return names.flatMap((name, index) => {
    if (seen.has(name)) return [index];
    seen.add(name);
    return [];
  });
}
