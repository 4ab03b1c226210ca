import type { Config } from '../../config.ts';
import { elementCount, hasBatchAxis, type Serving } from '../../contract/serving.ts';
import { KINDS } from '../../inference/datatypes.ts';
import type { GoldenSample } from '../../inference/golden.ts';
import type { Route } from '../exchange.ts';
import { type AddedParameters, type Operations, operations, type Schemas } from './operations.ts';
import { instanceSchema, predictionSchema, record, type Schema, tensorSchema } from './schemas.ts';

const ERRORS: Readonly<Record<number, string>> = {
  400: 'What was sent is wrong: the text names the place, what was expected and what was found.',
  404: 'There is no such thing.',
  409: 'It has been told before.',
  413: 'The body is too large.',
  415: 'The media type or encoding is not taken.',
  422: 'The model refuses the values of this input, or has no finite answer to them.',
  500: 'The model failed on this request.',
  503: 'Not ready, or the queue is full: try again after the time in Retry-After.',
  504: 'No answer within the timeout.',
};

export interface AddedOperations {
  readonly operations: Operations;
  readonly schemas: Schemas;
  readonly parameters: AddedParameters;
}

/**
 * The service as an OpenAPI 3.1 document, made from serving.yaml and the routes.
 * @param versions those of the models that are served
 */
export function openApiDocument(
  config: Config,
  routes: readonly Route[],
  versions: readonly string[],
  added: AddedOperations,
): Schema {
  const { serving } = config;
  const { model } = serving;
  const all = { ...operations(config), ...added.operations };
  const paths: Record<string, Record<string, unknown>> = {};
  for (const { path, method, label } of routes) {
    const operation = all[`${method} ${label}`];
    if (!operation) continue;
    const { errors, parameters = [], ...rest } = operation;
    const template = path.replace(/:(\w+)/g, '{$1}');
    const names = [...template.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
    paths[template] = {
      ...paths[template],
      [method.toLowerCase()]: {
        ...rest,
        parameters: [
          ...names.map((name) => pathParameter(name, name === 'model' ? [model.name] : versions)),
          ...parameters,
          ...(added.parameters[`${method} ${label}`] ?? []),
        ],
        responses: { ...rest.responses, ...errorResponses(errors) },
      },
    };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: model.name,
      version: model.version,
      description: `${model.type}, served by template ${config.templateVersion}.`,
    },
    servers: [{ url: '/', description: 'This service.' }],
    security: [],
    tags: [
      { name: 'predict', description: 'The model by its features and labels.' },
      { name: 'v2', description: 'The Open Inference Protocol v2, with the binary tensor extension.' },
      { name: 'service', description: 'What is served, and how it is doing.' },
    ],
    paths,
    components: {
      schemas: {
        Instance: instanceSchema(serving),
        Prediction: predictionSchema(serving),
        ...added.schemas,
        InputTensor: tensorSchema(serving.inputs, {
          data: { description: 'Flat in row-major order, or nested.', type: 'array' },
          parameters: { type: 'object' },
        }),
        OutputTensor: tensorSchema(serving.outputs, { data: { type: 'array' }, parameters: { type: 'object' } }),
        Error: record({
          error: { description: 'For people.', type: 'string' },
          code: { description: 'For programs.', type: 'string' },
        }),
      },
    },
  };
}

function pathParameter(name: string, values: readonly string[]): Schema {
  const [only, ...more] = values;
  const schema = more.length > 0 ? { enum: values } : { const: only };
  return { name, in: 'path', required: true, schema, example: only };
}

/** Any request may be refused before its route is known (headers too large, too slow), with the same JSON. */
function errorResponses(statuses: readonly number[]): Readonly<Record<string, Schema>> {
  const known = Object.fromEntries(statuses.map((status) => [`${status}`, errorResponse(status)]));
  return statuses.some((status) => status < 500) ? known : { ...known, '4XX': errorResponse(400) };
}

function errorResponse(status: number): Schema {
  return {
    description: ERRORS[status] ?? 'An error.',
    ...(status === 503 && { headers: { 'Retry-After': { description: 'Seconds.', schema: { type: 'integer' } } } }),
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
  };
}

/** Values of a sample that a person still reads as an example; a picture as a tensor would make the document megabytes. */
const MAX_VALUES = 2000;

/** The id of the answers in the examples. */
export const EXAMPLE_ID = '0b6ff1a2-7d0c-4a53-9f0f-0c6d5a6f6a51';

/** The golden sample that examples are made from. */
export function exampleSample(golden: Config['golden']): GoldenSample | undefined {
  return golden?.samples.find((one) => valuesIn([one.instance, one.prediction], MAX_VALUES) <= MAX_VALUES);
}

/**
 * Examples that really work: they are made from the first golden sample that is small enough, and there are none without
 * one.
 */
export function examples({ serving, golden }: Config) {
  const { model } = serving;
  const sample = exampleSample(golden);
  const who = { model_name: model.name, model_version: model.version, id: EXAMPLE_ID };
  return {
    predict: sample && {
      request: { instances: [sample.instance] },
      response: { predictions: [sample.prediction], ...who },
    },
    test: sample && {
      instance: sample.instance,
      prediction: sample.prediction,
      expected: sample.prediction,
      agrees: true,
      max_abs_diff: 0,
      tolerance: golden?.tolerance,
      ...who,
    },
    infer: sample && inferExample(sample.instance, serving),
  };
}

/** How many values something of JSON holds; counting ends soon after the limit. */
function valuesIn(value: unknown, limit: number): number {
  if (typeof value !== 'object' || value === null) return 1;
  let count = 0;
  for (const inner of Object.values(value)) {
    count += valuesIn(inner, limit - count);
    if (count > limit) break;
  }
  return count;
}

/** The sample as a tensor, for tables of one input; other models' tensors have no example that could be guessed. */
function inferExample(instance: unknown, serving: Serving) {
  const [input, ...more] = serving.inputs;
  if (!input || more.length > 0 || !hasBatchAxis(serving)) return undefined;
  const values = Array.isArray(instance)
    ? instance.flat(16)
    : rowOf(instance, input.features?.map(({ name }) => name) ?? []);
  const shape = [1, ...input.shape.slice(1)];
  const kind = KINDS[input.datatype];
  if (values.length !== elementCount(shape) || values.some((value) => kind.parse(value) === undefined))
    return undefined;
  return { request: { inputs: [{ name: input.name, shape, datatype: input.datatype, data: values }] } };
}

function rowOf(instance: unknown, names: readonly string[]): unknown[] {
  return typeof instance === 'object' && instance !== null
    ? names.map((name) => (instance as Record<string, unknown>)[name])
    : [];
}
