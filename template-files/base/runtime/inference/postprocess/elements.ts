import type { OutputSpec } from '../../contract/serving.ts';
import { ServiceError } from '../../errors.ts';
import { type Element, KINDS } from '../datatypes.ts';
import type { Tensor } from '../tensor.ts';

/** The JSON text of one element of an output. */
export type ElementWriter = (tensor: Tensor, index: number) => string;

/**
 * JSON cannot carry NaN: an output that has it is an error unless serving.yaml says that it is a value. Integers that a double
 * would change are strings in predictions, and numbers where the protocol wants numbers.
 */
export function elementWriter(output: OutputSpec, bigIntegers: 'string' | 'number' = 'string'): ElementWriter {
  const { write, toNumber } = KINDS[output.datatype];
  const allowed = output.allowNonFinite === true;
  if (!toNumber) {
    const one = bigIntegers === 'string' ? exact(write) : write;
    return (tensor, index) => one(tensor.data[index] ?? 0);
  }
  return (tensor, index) => {
    const element = tensor.data[index] as number;
    const value = toNumber(element);
    if (Number.isFinite(value)) return write(element);
    if (allowed) return `"${value}"`;
    throw notFinite(output.name, index, value);
  };
}

/** The model has no finite answer to this input. Asking again gives the same, so it is the request's fault, not a failure. */
export function notFinite(name: string, index: number, value: number): ServiceError {
  return new ServiceError(
    'OUTPUT_NOT_FINITE',
    `the model answered ${value} in output "${name}" (element ${index}): the input is outside of what it can compute`,
  );
}

function exact(write: (element: Element) => string): (element: Element) => string {
  return (element) => {
    const text = write(element);
    return typeof element === 'bigint' && !Number.isSafeInteger(Number(element)) ? `"${text}"` : text;
  };
}
