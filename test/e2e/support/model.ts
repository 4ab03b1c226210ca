import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { DATATYPES } from '../../../generators/tensor.ts';
import { repositoryRoot } from './packed.ts';
import { type Serving, serve } from './serve.ts';

export interface Contract {
  /** Name of a model. */
  readonly model: string;
  /** Its folder below test/models; `protocol` where none is named. */
  readonly models?: string;
  readonly inputs: readonly object[];
  readonly outputs: readonly object[];
  readonly limits?: object;
  readonly batching?: object | 'off';
  readonly predictionLog?: object;
}

/** Puts a model into a stamped-out repository that has been built, as type custom. @returns its serving.yaml */
export function placeModel(directory: string, { model, models = 'protocol', ...rest }: Contract): string {
  const folder = join(directory, 'models', model);
  const file = join(folder, 'model.onnx');
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(repositoryRoot, 'test', 'models', models, `${model}.onnx`), file);
  const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
  const serving = {
    apiVersion: 'ml-serving/v1',
    model: { name: model, version: '1.0.0', type: 'custom', file: 'model.onnx', sha256 },
    ...rest,
  };
  const path = join(folder, 'serving.yaml');
  writeFileSync(path, stringify(serving, { aliasDuplicateObjects: false }));
  return path;
}

/** Serves a model from a stamped-out repository that has been built, as type custom. */
export function serveModel(
  directory: string,
  contract: Contract,
  env: NodeJS.ProcessEnv = {},
  node = process.execPath,
): Promise<Serving> {
  return serve(directory, { SERVING_CONFIG: placeModel(directory, contract), ...env }, node);
}

/** The contract of datatypes.onnx: every datatype in and out, unchanged. */
export const everyDatatype: Contract = {
  model: 'datatypes',
  inputs: DATATYPES.map((datatype) => ({ name: `in_${datatype}`, datatype, shape: [-1, 2] })),
  outputs: DATATYPES.map((datatype) => ({ name: `out_${datatype}`, datatype, shape: [-1, 2] })),
};
