import { hasBatchAxis, type OutputSpec, type Serving } from '../../contract/serving.ts';
import { rowSize, type Tensor } from '../tensor.ts';
import type { Decoder } from './decoder.ts';
import { elementWriter } from './elements.ts';

/** `{"value": number}`, or `{"values": [...]}` for a model of several targets. */
export function createRegressionDecoder(serving: Serving): Decoder {
  const write = elementWriter(serving.outputs[0] as OutputSpec);
  const batched = hasBatchAxis(serving);
  return {
    fetch: [0],
    write([output], row) {
      const tensor = output as Tensor;
      const size = batched ? rowSize(tensor.dims) : tensor.data.length;
      if (size === 1) return `{"value":${write(tensor, row)}}`;
      const values = Array.from({ length: size }, (_, i) => write(tensor, row * size + i));
      return `{"values":[${values.join(',')}]}`;
    },
  };
}
