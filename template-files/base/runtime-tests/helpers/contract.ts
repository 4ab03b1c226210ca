import type { ModelType } from '../../runtime/contract/serving.ts';
import { STATUS } from '../../runtime/http/status.ts';
import { uploadTypes } from '../../runtime/http/upload.ts';
import type { Metrics } from '../../runtime/observability/metrics.ts';
import { SCHEMA } from './serving.ts';

type Data = Readonly<Record<string, unknown>>;
type Mapping = Record<string, unknown>;

/** Schemas that follow the model, not the server: they change with a release, not with the template. */
const OF_THE_MODEL = /^#\/components\/schemas\/(Instance|Prediction|Feedback|InputTensor|OutputTensor)$/;
/** In nearly every operation: named there, written out once. */
const ERROR = '#/components/schemas/Error';
/** What a machine does not hold on to, and what follows serving.yaml. */
const LEFT_OUT = new Set(['description', 'example', 'maxItems', 'minItems', 'const', 'contentMediaType']);

/** Every type of model that serving.yaml takes. */
function modelTypes(): readonly ModelType[] {
  const { properties } = JSON.parse(SCHEMA) as {
    properties: { model: { properties: { type: { enum: ModelType[] } } } };
  };
  return properties.model.properties.type.enum;
}

function isData(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A schema without references and without what follows the model. */
function plain(schema: unknown, components: Data): unknown {
  if (Array.isArray(schema)) return schema.map((item) => plain(item, components));
  if (!isData(schema)) return schema;
  const reference = schema['$ref'];
  if (typeof reference === 'string') {
    if (OF_THE_MODEL.test(reference)) return {};
    if (reference === ERROR) return { $ref: ERROR };
    return plain(components[reference.split('/').at(-1) ?? ''], components);
  }
  const kept = Object.entries(schema).filter(([key, value]) => isData(value) || !LEFT_OUT.has(key));
  return Object.fromEntries(kept.map(([key, value]) => [key, plain(value, components)]));
}

function contentOf(holder: unknown, components: Data): Mapping {
  const content = isData(holder) && isData(holder['content']) ? holder['content'] : {};
  return Object.fromEntries(
    Object.entries(content).map(([type, media]) => [
      type,
      plain((isData(media) ? media['schema'] : null) ?? {}, components),
    ]),
  );
}

function operationOf(operation: Data, components: Data): Data {
  const parameters = (operation['parameters'] as Data[]).map((parameter) => [
    `${parameter['in']} ${parameter['name']}`,
    { required: parameter['required'] === true, schema: plain(parameter['schema'], components) },
  ]);
  const responses = Object.entries(operation['responses'] as Data).map(([status, response]) => [
    status,
    contentOf(response, components),
  ]);
  return {
    parameters: Object.fromEntries(parameters),
    request: contentOf(operation['requestBody'], components),
    responses: Object.fromEntries(responses),
  };
}

/** The service's own metrics with their labels; those that are known from the start are exported from the start. */
async function metricsContract({ registry }: Metrics): Promise<Data> {
  const series = await registry.getMetricsAsJSON();
  const own = series
    .filter(({ name }) => name.startsWith('ml_serving_'))
    .map(({ name, type, values }) => {
      const labels = new Set(values.flatMap((value) => Object.keys(value.labels)));
      return [name, { type, labels: [...labels].filter((label) => label !== 'le').sort() }] as const;
    });
  return Object.fromEntries(own.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What clients and monitoring hold on to, whatever the model: from the OpenAPI document, the errors and the metrics. */
export async function httpContract(document: Data, metrics: Metrics): Promise<Data> {
  const components = ((document['components'] as Data)['schemas'] ?? {}) as Data;
  const operations = Object.entries(document['paths'] as Record<string, Record<string, Data>>).flatMap(
    ([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => [
        `${method.toUpperCase()} ${path}`,
        operationOf(operation, components),
      ]),
  );
  const uploads = modelTypes().map((type) => [type, uploadTypes(type)] as const);
  return {
    operations: Object.fromEntries(operations.sort()),
    components: { schemas: { Error: plain(components['Error'], components) } },
    uploads: Object.fromEntries(uploads.filter(([, types]) => types.length > 0)),
    errors: STATUS,
    metrics: await metricsContract(metrics),
  };
}
