import type { Config } from '../../config.ts';
import type { Serving } from '../../contract/serving.ts';
import type { FeatureParts } from '../../feature.ts';
import { EXAMPLE_ID, exampleSample } from '../../http/openapi/document.ts';
import { ok, ref } from '../../http/openapi/operations.ts';
import type { Schema } from '../../http/openapi/schemas.ts';

const text: Schema = { type: 'string' };

/** What OpenAPI says of POST /feedback. */
export function feedbackOpenApi({ serving, golden }: Config): NonNullable<FeatureParts['openApi']> {
  const sample = exampleSample(golden);
  const operations = {
    'POST /feedback': {
      operationId: 'feedback',
      summary: 'Tell what had been right',
      tags: ['predict'],
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: ref('Feedback'),
            ...(sample && { example: exampleOf(sample.prediction) }),
          },
        },
      },
      responses: ok('The prediction that it belongs to', {
        type: 'object',
        required: ['id', 'instance', 'predicted'],
        properties: {
          id: text,
          instance: { type: 'integer' },
          predicted: { description: 'What had been predicted.' },
          correct: { type: 'boolean' },
          absolute_error: { type: 'number' },
        },
      }),
      errors: [400, 404, 409, 413, 415],
    },
  };
  return { operations, schemas: { Feedback: feedbackSchema(serving) } };
}

/** What had been right, by the model's type. */
export function feedbackSchema({ model, outputs }: Serving): Schema {
  const labels = outputs.find((output) => output.labels)?.labels ?? [];
  const names = [...labels, ...labels.filter((label) => String(Number.parseInt(label, 10)) === label).map(Number)];
  const classifies = model.type.endsWith('-classification');
  const value: Schema = classifies ? { enum: names } : { type: 'number' };
  const truth = { [classifies ? 'label' : 'value']: value };
  return {
    type: 'object',
    additionalProperties: false,
    required: ['id', ...Object.keys(truth)],
    properties: {
      id: { description: 'The id of the answer.', type: 'string', minLength: 1, maxLength: 1024 },
      instance: { description: 'Which of its instances, from 0.', type: 'integer', minimum: 0 },
      ...truth,
      predicted: {
        ...value,
        description:
          'What a prediction log says was predicted, for a prediction that the service does not remember any more.',
      },
      version: { description: 'The version that has predicted it, with predicted.', type: 'string', maxLength: 256 },
    },
    dependentRequired: { predicted: ['version'], version: ['predicted'] },
  };
}

function exampleOf(prediction: unknown) {
  const id = EXAMPLE_ID;
  const { label, value } = prediction as { label?: unknown; value?: unknown };
  return label === undefined ? { id, value } : { id, label };
}
