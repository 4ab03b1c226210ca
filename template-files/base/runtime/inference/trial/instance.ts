import { type Feature, hasBatchAxis, type Serving } from '../../contract/serving.ts';
import { type Element, KINDS } from '../datatypes.ts';
import { textOf } from '../preprocess/column-values.ts';
import { hasColumns } from '../preprocess/columns.ts';
import type { Block, Tensor } from '../tensor.ts';

/** The instance of POST /predict that a block of one row stands for; undefined for pictures and texts, which tensors do not show. */
export function instanceOf(serving: Serving, { tensors }: Block): unknown {
  const { model, inputs } = serving;
  const isTable = model.type.startsWith('tabular-');
  if (!isTable && model.type !== 'custom') return undefined;
  const batched = hasBatchAxis(serving);
  const entries = inputs.flatMap(({ name, datatype, features }, i): [string, unknown][] => {
    const { dims, data } = tensors[i] as Tensor;
    const values = Array.from(data as ArrayLike<Element>, (element) => JSON.parse(KINDS[datatype].write(element)));
    if (isTable && hasColumns(inputs)) {
      const columns: readonly Feature[] = features ?? [{ name }];
      return columns.map((feature, column) => [feature.name, textOf(feature, values[column])]);
    }
    return [[name, nested(values, batched ? dims.slice(1) : dims)]];
  });
  return Object.fromEntries(entries);
}

function nested(values: readonly unknown[], dims: readonly number[]): unknown {
  const [length, ...rest] = dims;
  if (length === undefined) return values[0];
  const step = rest.reduce((product, size) => product * size, 1);
  return Array.from({ length }, (_, i) => nested(values.slice(i * step, (i + 1) * step), rest));
}
