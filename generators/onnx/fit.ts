import type { Interface, TensorSpec } from '../tensor.ts';
import type { ModelSummary, ModelValue } from './summary.ts';

/**
 * Where an interface that somebody wrote and a model do not agree, in words; the server asks the same at its start.
 * Axes that the graph leaves free may be fixed, save the first one; what the graph fixes stays. An output may have a size where
 * none is promised.
 */
export function fitProblems(declared: Interface, summary: ModelSummary): string[] {
  const sides = (['inputs', 'outputs'] as const).flatMap((side) =>
    declared[side].flatMap((tensor, at) => {
      const value = summary[side].find(({ name }) => name === tensor.name);
      const problem = value
        ? valueProblem(side, tensor, value)
        : `the model's are ${summary[side].map(({ name }) => name).join(', ')}`;
      return problem === undefined ? [] : [`${side}[${at}] ${JSON.stringify(tensor.name)}: ${problem}`];
    }),
  );
  const missing = summary.inputs.filter(({ name }) => !declared.inputs.some((input) => input.name === name));
  return [...sides, ...missing.map(({ name }) => `inputs: ${JSON.stringify(name)} is missing, which the model needs`)];
}

function valueProblem(side: keyof Interface, tensor: TensorSpec, value: ModelValue): string | undefined {
  if (value.datatype !== tensor.datatype)
    return `the model has ${value.datatype ?? value.type}, not ${tensor.datatype}`;
  const sizes = value.shape?.map((size) => (typeof size === 'number' ? size : -1));
  const fits =
    sizes === undefined ||
    (sizes.length === tensor.shape.length &&
      sizes.every((size, axis) => {
        const promised = tensor.shape[axis];
        return size === promised || (axis > 0 && (size === -1 || (side === 'outputs' && promised === -1)));
      }));
  return fits ? undefined : `the model has [${sizes.join(', ')}], not [${tensor.shape.join(', ')}]`;
}
