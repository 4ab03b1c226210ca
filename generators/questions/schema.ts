import { DATATYPES } from '../tensor.ts';
import { FEATURE_OPTIONS, STEP_OPTIONS, schemaOf, TENSOR_OPTIONS } from './options.ts';
import type { Question, SetQuestion } from './question.ts';
import { questions } from './questions.ts';

const name = { type: 'string', minLength: 1, maxLength: 200 };

const tensor = {
  type: 'object',
  additionalProperties: false,
  required: ['name', 'datatype', 'shape'],
  properties: {
    name,
    datatype: { enum: DATATYPES },
    shape: { type: 'array', maxItems: 8, items: { anyOf: [{ const: -1 }, { type: 'integer', minimum: 1 }] } },
    features: {
      type: 'array',
      minItems: 1,
      items: {
        anyOf: [
          name,
          {
            type: 'object',
            additionalProperties: false,
            required: ['name'],
            properties: { name, ...schemaOf(FEATURE_OPTIONS) },
          },
        ],
      },
    },
    labels: { type: 'array', minItems: 1, items: { anyOf: [name, { type: 'integer' }] } },
    ...schemaOf(TENSOR_OPTIONS),
    ...Object.fromEntries(
      Object.entries(STEP_OPTIONS).map(([key, options]) => [
        key,
        { type: 'object', additionalProperties: false, properties: schemaOf(options) },
      ]),
    ),
  },
};

/** JSON Schema (draft 2020-12) of an answers file, so that an editor completes it. */
export function answersSchema(): object {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Answers for create-ml-serving',
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(
      (questions as readonly Question[]).map((question) => [question.name, answerSchema(question)]),
    ),
  };
}

/** What an editor may know of the answer to a question. */
export function answerSchema(question: Question): object {
  const about = { title: question.message, description: question.help };
  switch (question.type) {
    case 'text':
      return { ...about, type: 'string', minLength: 1 };
    case 'number':
      return {
        ...about,
        type: question.digits === 0 ? 'integer' : 'number',
        minimum: question.min,
        maximum: question.max,
      };
    case 'choice':
      return {
        ...about,
        enum: question.choices.flatMap(({ value }) => (/^\d+$/.test(value) ? [value, Number(value)] : [value])),
      };
    case 'set':
      return { ...about, ...setSchema(question) };
    case 'tensors':
      return { ...about, anyOf: [{ type: 'string' }, { type: 'array', minItems: 1, maxItems: 1024, items: tensor }] };
  }
}

/** Names in a list, or on one line; words that stand for several are for the line. */
function setSchema({ values }: SetQuestion): object {
  const name = `(${['all', 'default', ...values].join('|')})`;
  return {
    anyOf: [
      { enum: ['all', 'default', 'none'] },
      { type: 'array', items: { enum: values } },
      { type: 'string', pattern: `^ *${name}( *, *${name})* *$` },
    ],
  };
}
