import { elementCount, hasBatchAxis, type InputSpec, type Serving } from '../../contract/serving.ts';
import { inputError, ServiceError } from '../../errors.ts';
import { KINDS } from '../datatypes.ts';
import { type Block, joinNeighbours, type Tensor } from '../tensor.ts';
import type { Encoder, OnInvalid } from './encoder.ts';
import { countValues, fillNested, inferDims } from './fill.ts';

/**
 * Instances are objects of tensors by input name, nested or flat; with a single input, the tensor alone. With a batch axis
 * an instance is one row, without one it is the whole tensors.
 */
export function createTensorEncoder(serving: Serving, onInvalid: OnInvalid): Encoder {
  const { inputs } = serving;
  const batched = hasBatchAxis(serving);
  const [only] = inputs.length === 1 ? inputs : [];
  const creators = inputs.map(({ datatype }) => KINDS[datatype].create);

  function valueFor(instance: unknown, input: InputSpec, index: number): unknown {
    const isObject = typeof instance === 'object' && instance !== null && !Array.isArray(instance);
    if (!isObject) {
      if (only) return instance;
      throw inputError(`instances[${index}]`, `an object with ${inputs.map(({ name }) => name).join(', ')}`, instance);
    }
    return Object.hasOwn(instance, input.name) ? (instance as Record<string, unknown>)[input.name] : undefined;
  }

  function encodeTensor(value: unknown, input: InputSpec, where: string): Tensor {
    const spec = batched ? input.shape.slice(1) : input.shape;
    if (value === undefined) {
      onInvalid(input.name, 'missing');
      throw inputError(where, `the input "${input.name}"`, value);
    }
    const kind = KINDS[input.datatype];
    // Whole tensors of one row are that row with or without its axis; a flat list is not taken for a row.
    const one = spec[0] === 1 || (spec[0] === -1 && spec.length > 2);
    const rowless = !batched && one && Array.isArray(value) && depth(value) === spec.length - 1;
    const dims = inferDims(rowless ? [value] : value, spec, where);
    const list = rowless ? [value] : value;
    // Sizes come from the first lists alone: what others do not bear out is refused below, and takes no memory.
    const count = elementCount(dims);
    const data = kind.create(countValues(list, dims.length) === count ? count : 0);
    try {
      fillNested(data, 0, list, dims, kind, input.allowNonFinite === true, where);
    } catch (error) {
      if (error instanceof ServiceError) onInvalid(input.name, 'type');
      throw error;
    }
    return { dims: batched ? [1, ...dims] : dims, data };
  }

  function encodeOne(instance: unknown, index: number): Block {
    if (typeof instance === 'object' && instance !== null && !Array.isArray(instance)) {
      const stranger = Object.keys(instance).find((key) => !inputs.some((input) => input.name === key));
      if (stranger !== undefined) {
        throw inputError(`instances[${index}]`, `only ${inputs.map(({ name }) => name).join(', ')}`, stranger);
      }
    }
    const tensors = inputs.map((input) =>
      encodeTensor(valueFor(instance, input, index), input, `instances[${index}].${input.name}`),
    );
    return { rows: 1, tensors, key: tensors.map((tensor) => tensor.dims.slice(1).join('x')).join(',') };
  }

  return (instances) => {
    const blocks = instances.map(encodeOne);
    return batched ? joinNeighbours(blocks, creators) : blocks;
  };
}

function depth(value: unknown): number {
  let levels = 0;
  for (let level = value; Array.isArray(level); level = level[0]) levels += 1;
  return levels;
}
