import { hasBatchAxis, type Serving } from '../../contract/serving.ts';
import type { Tensor } from '../tensor.ts';
import type { Decoder } from './decoder.ts';
import { type ElementWriter, elementWriter } from './elements.ts';

/** `{output name: value}` for every output of serving.yaml, nested as its shape is. */
export function createCustomDecoder(serving: Serving): Decoder {
  const batched = hasBatchAxis(serving);
  const parts = serving.outputs.map((output, i) => ({
    key: `${i === 0 ? '' : ','}${JSON.stringify(output.name)}:`,
    write: elementWriter(output),
  }));
  return {
    fetch: serving.outputs.map((_, i) => i),
    write(outputs, row) {
      let text = '{';
      parts.forEach(({ key, write }, i) => {
        const tensor = outputs[i] as Tensor;
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
