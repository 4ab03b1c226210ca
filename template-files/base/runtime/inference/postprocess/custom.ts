import { hasBatchAxis, type OutputSpec, type Serving } from '../../contract/serving.ts';
import type { Tensor } from '../tensor.ts';
import type { Decoder } from './decoder.ts';
import { type ElementWriter, elementWriter } from './elements.ts';

/**
 * `{output name: value}`, each value nested as its shape is.
 * @param fetch places of the outputs in serving.yaml; all of them by default
 */
export function createCustomDecoder(
  serving: Serving,
  fetch: readonly number[] = serving.outputs.map((_, place) => place),
): Decoder {
  const batched = hasBatchAxis(serving);
  const outputs = fetch.map((place) => serving.outputs[place] as OutputSpec);
  const parts = outputs.map((output, i) => ({
    key: `${i === 0 ? '' : ','}${JSON.stringify(output.name)}:`,
    write: elementWriter(output),
  }));
  return {
    fetch,
    write(tensors, row) {
      let text = '{';
      parts.forEach(({ key, write }, i) => {
        const tensor = tensors[i] as Tensor;
        const dims = batched ? tensor.dims.slice(1) : tensor.dims;
        const size = dims.reduce((product, axis) => product * axis, 1);
        text += key + nested(tensor, dims, batched ? row * size : 0, write);
      });
      return `${text}}`;
    },
  };
}

function nested(tensor: Tensor, dims: readonly number[], offset: number, write: ElementWriter): string {
  const [length, ...rest] = dims;
  if (length === undefined) return write(tensor, offset);
  const step = rest.reduce((product, axis) => product * axis, 1);
  const items = Array.from({ length }, (_, i) => nested(tensor, rest, offset + i * step, write));
  return `[${items.join(',')}]`;
}
