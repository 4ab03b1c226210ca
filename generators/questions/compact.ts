import type { TensorSpec } from '../tensor.ts';
import type { Parsed } from './problem.ts';

/**
 * The one-line notation of tensors for a prompt or a flag: `float_input:FP32[-1,4]{length,width}`, more than one
 * separated by `;`. It holds names, datatypes, shapes and columns or labels; units and ranges need an answers file.
 */
const TENSOR = /^(?<name>[^[\]{};]+):(?<datatype>[A-Z0-9]+)\[(?<shape>[^\]]*)\](?:\{(?<items>.*)\})?$/;

/** Reads the notation into plain data for {@link parseTensors}; `items` is where names in braces go. */
export function parseCompact(
  text: string,
  items: 'features' | 'labels',
  path: readonly (string | number)[],
): Parsed<unknown[]> {
  const parts = text.split(';').map((part) => part.trim());
  const tensors = parts.map((part) => toData(part, items));
  const bad = tensors.indexOf(undefined);
  if (bad >= 0) {
    const message = `expected name:DATATYPE[shape] such as ${items === 'features' ? 'x:FP32[-1,2]{a,b}' : 'y:FP32[-1,2]{no,yes}'}, found ${JSON.stringify(parts[bad])}`;
    return { problems: [{ path: [...path, bad], message }] };
  }
  return { value: tensors };
}

function toData(part: string, items: 'features' | 'labels'): Record<string, unknown> | undefined {
  const groups = TENSOR.exec(part)?.groups;
  if (!groups) return undefined;
  const list = (text: string | undefined) => (text ?? '').split(',').map((item) => item.trim());
  return {
    name: groups['name'],
    datatype: groups['datatype'],
    shape:
      groups['shape']?.trim() === '' ? [] : list(groups['shape']).map((size) => (size === '' ? size : Number(size))),
    ...(groups['items'] !== undefined && { [items]: list(groups['items']) }),
  };
}

/** The notation of tensors, as the default in a prompt; JSON where a name holds what separates things here. */
export function formatCompact(tensors: readonly TensorSpec[]): string {
  const names = tensors.flatMap(({ name, features = [], labels = [] }) => [
    name,
    ...features.map((f) => f.name),
    ...labels,
  ]);
  if (names.some((name) => /[[\]{};,]/.test(name))) return JSON.stringify(tensors);
  return tensors
    .map((tensor) => {
      const names = tensor.features?.map((feature) => feature.name) ?? tensor.labels;
      return `${tensor.name}:${tensor.datatype}[${tensor.shape.join(',')}]${names ? `{${names.join(',')}}` : ''}`;
    })
    .join('; ');
}
