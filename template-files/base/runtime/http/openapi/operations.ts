import type { Config } from '../../config.ts';
import { uploadTypes } from '../upload.ts';
import { examples } from './document.ts';
import { record, type Schema } from './schemas.ts';

export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly Schema[];
  readonly requestBody?: Schema;
  readonly responses: Readonly<Record<string, Schema>>;
  /** Statuses that are answered with the common error. */
  readonly errors: readonly number[];
}

/** By method and label: `POST /predict`. */
export type Operations = Readonly<Record<string, Operation>>;
/** Parameters that are added to operations, by method and label. */
export type AddedParameters = Readonly<Record<string, readonly Schema[]>>;
/** By the name that operations refer to. */
export type Schemas = Readonly<Record<string, Schema>>;

/** A schema by its name in the document. */
export const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });
const text: Schema = { type: 'string' };
const listOf = (items: Schema, more: Schema = {}): Schema => ({ type: 'array', items, ...more });

/** The answer 200. */
export function ok(
  description: string,
  schema: Schema,
  example?: unknown,
  type = 'application/json',
): Record<string, Schema> {
  return { 200: { description, content: { [type]: { schema, ...(example !== undefined && { example }) } } } };
}

const REQUEST_ID: Schema = {
  name: 'X-Request-Id',
  in: 'header',
  description: 'Comes back in the answer and in the log.',
  schema: { type: 'string', maxLength: 128 },
};
const TIMEOUT: Schema = {
  name: 'X-Timeout-Ms',
  in: 'header',
  description: 'Wait for less than the service would.',
  schema: { type: 'integer', minimum: 1 },
};

const TOP_K: Schema = {
  name: 'top_k',
  in: 'query',
  description:
    'How many of the likeliest classes a prediction holds, likeliest first; all of them, or as many as serving.yaml says, where it is left out.',
  schema: { type: 'integer', minimum: 1, maximum: 9_999_999 },
};

/** What each route takes and answers, by method and label. Routes that are not here are not part of the interface. */
export function operations(config: Config): Operations {
  const { serving } = config;
  const { predict, test, infer } = examples(config);
  const probe = (operationId: string, summary: string, key: string): Operation => ({
    operationId,
    summary,
    tags: ['service'],
    responses: ok(
      summary,
      { type: 'object', required: [key], properties: { [key]: { type: 'boolean' } } },
      { [key]: true },
    ),
    errors: [],
  });
  const open = (operationId: string, summary: string): Operation => ({
    operationId,
    summary,
    tags: ['service'],
    responses: ok(summary, { type: 'object' }),
    errors: [404],
  });
  const inferOperation = (operationId: string): Operation => ({
    operationId,
    summary: 'Ask the model with tensors',
    tags: ['v2'],
    parameters: [REQUEST_ID, TIMEOUT],
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: {
            type: 'object',
            required: ['inputs'],
            properties: {
              id: text,
              parameters: { type: 'object' },
              inputs: listOf(ref('InputTensor'), { minItems: serving.inputs.length }),
              outputs: listOf({
                type: 'object',
                required: ['name'],
                properties: { name: text, parameters: { type: 'object' } },
              }),
            },
          },
          ...(infer && { example: infer.request }),
        },
        'application/octet-stream': {
          schema: {
            description: 'JSON and the bytes of tensors behind it.',
            contentMediaType: 'application/octet-stream',
          },
        },
      },
    },
    responses: ok('The outputs', {
      type: 'object',
      required: ['model_name', 'outputs'],
      properties: { model_name: text, model_version: text, id: text, outputs: listOf(ref('OutputTensor')) },
    }),
    errors: [400, 404, 413, 415, 422, 500, 503, 504],
  });
  const modelMetadata = (operationId: string): Operation => ({
    ...open(operationId, 'The tensors of the model'),
    tags: ['v2'],
  });
  const modelReady = (operationId: string): Operation => ({
    ...probe(operationId, 'Ready to infer', 'ready'),
    tags: ['v2'],
    errors: [404, 503],
  });
  const model = '/v2/models/{model}';
  const version = `${model}/versions/{version}`;

  return {
    'POST /predict': {
      operationId: 'predict',
      summary: 'Ask the model',
      tags: ['predict'],
      parameters: [REQUEST_ID, TIMEOUT, ...(serving.model.type.endsWith('-classification') ? [TOP_K] : [])],
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: record({
              instances: listOf(ref('Instance'), { minItems: 1, maxItems: serving.limits.maxInstances }),
            }),
            ...(predict && { example: predict.request }),
          },
          // One instance as it is, without JSON around it. No schema: the bytes are of the media type.
          ...Object.fromEntries(uploadTypes(serving.model.type).map((type) => [type, {}])),
        },
      },
      responses: ok(
        'A prediction for each instance, in order',
        record({ predictions: listOf(ref('Prediction')), model_name: text, model_version: text, id: text }),
        predict?.response,
      ),
      errors: [400, 413, 415, 422, 500, 503, 504],
    },
    'GET /predict/test': {
      operationId: 'predictTest',
      summary: 'Ask the model a question whose answer is known',
      tags: ['predict'],
      parameters: [
        {
          name: 'sample',
          in: 'query',
          description: 'Which golden sample.',
          schema: { type: 'integer', minimum: 0 },
          example: 0,
        },
      ],
      responses: ok(
        'The sample, its answer, and whether it agrees',
        {
          type: 'object',
          required: [
            'instance',
            'prediction',
            'expected',
            'agrees',
            'max_abs_diff',
            'tolerance',
            'model_name',
            'model_version',
            'id',
          ],
          properties: {
            instance: ref('Instance'),
            prediction: ref('Prediction'),
            expected: { description: "The training library's own answer." },
            agrees: { type: 'boolean' },
            max_abs_diff: { type: 'number' },
            tolerance: { type: 'number' },
            model_name: text,
            model_version: text,
            id: text,
          },
        },
        test,
      ),
      errors: [400, 404, 503],
    },
    'GET /health': { ...probe('health', 'Alive', 'live'), errors: [503] },
    'GET /v2/health/live': { ...probe('live', 'Alive', 'live'), tags: ['v2'], errors: [503] },
    'GET /v2/health/ready': { ...probe('ready', 'Ready for requests', 'ready'), tags: ['v2'], errors: [503] },
    'GET /v2': { ...open('serverMetadata', 'The server and its extensions'), tags: ['v2'], errors: [] },
    [`GET ${model}`]: modelMetadata('modelMetadata'),
    [`GET ${version}`]: modelMetadata('versionMetadata'),
    [`GET ${model}/ready`]: modelReady('modelReady'),
    [`GET ${version}/ready`]: modelReady('versionReady'),
    [`POST ${model}/infer`]: inferOperation('infer'),
    [`POST ${version}/infer`]: inferOperation('inferVersion'),
    'GET /metadata': { ...open('metadata', 'What is served'), errors: [] },
    'GET /labels': open('labels', 'The names of the classes'),
    'GET /metrics': {
      operationId: 'metrics',
      summary: 'Prometheus metrics',
      tags: ['service'],
      responses: ok('Metrics in the text format', text, undefined, 'text/plain'),
      errors: [],
    },
    'GET /openapi.json': { ...open('openapi', 'This document'), errors: [] },
  };
}
