import { parse } from 'yaml';
import type { ModelType, TensorSpec } from '../tensor.ts';
import type { Sample, Template } from './template.ts';

/** The model in `base/` is of this type; the others lie under `samples/<type>/`. */
const BASE_TYPE: ModelType = 'tabular-classification';

/**
 * The sample model of a type.
 * The base is a working project with a model of its own, so its sample is read from there: nothing is kept twice.
 */
export function sampleOf(template: Template, modelType: ModelType): Sample {
  const [schema, folder] =
    modelType === BASE_TYPE
      ? (['base/serving.yaml', 'base/model/'] as const)
      : ([`samples/${modelType}/sample.yaml`, `samples/${modelType}/`] as const);
  const bytes = template.files.get(schema);
  if (!bytes) throw new Error(`The template has no ${schema}`);
  const { inputs, outputs } = parse(Buffer.from(bytes).toString('utf8')) as Record<'inputs' | 'outputs', TensorSpec[]>;
  const files = [...template.files].filter(([path]) => path.startsWith(folder) && path !== schema);
  return {
    inputs,
    outputs,
    files: new Map(files.map(([path, content]) => [`model/${path.slice(folder.length)}`, content])),
  };
}
