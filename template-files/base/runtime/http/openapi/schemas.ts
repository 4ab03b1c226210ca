import { mayBeMissing, takesTexts } from '../../contract/column-rules.ts';
import {
  type Datatype,
  elementCount,
  type Feature,
  hasBatchAxis,
  type InputSpec,
  type ModelType,
  type Serving,
  scoreField,
  type TensorSpec,
  takesPairs,
} from '../../contract/serving.ts';
import { hasColumns } from '../../inference/preprocess/columns.ts';

export type Schema = Readonly<Record<string, unknown>>;

const INTEGERS: Readonly<Partial<Record<Datatype, readonly [number, number]>>> = {
  UINT8: [0, 0xff],
  UINT16: [0, 0xffff],
  UINT32: [0, 0xffffffff],
  INT8: [-0x80, 0x7f],
  INT16: [-0x8000, 0x7fff],
  INT32: [-0x80000000, 0x7fffffff],
};

const WIDE: Schema = {
  description: 'A 64-bit integer. Clients that cannot write all digits of a number beyond 2^53 send it as a string.',
  type: ['integer', 'string'],
  pattern: '^-?[0-9]{1,20}$',
};

const NON_FINITE: Schema = { enum: ['NaN', 'Infinity', '-Infinity'] };

/** The JSON values that an element of a tensor may be. */
export function elementSchema({ datatype, allowNonFinite }: TensorSpec): Schema {
  const range = INTEGERS[datatype];
  if (range) return { type: 'integer', minimum: range[0], maximum: range[1] };
  if (datatype === 'INT64' || datatype === 'UINT64') return WIDE;
  if (datatype === 'BOOL') return { type: 'boolean' };
  if (datatype === 'BYTES') return { type: 'string' };
  return allowNonFinite ? { anyOf: [{ type: 'number' }, NON_FINITE] } : { type: 'number' };
}

function featureSchema(feature: Feature, input: InputSpec): Schema {
  const { min, max, categories, description, unit } = feature;
  const refused = input.outOfRange === 'refuse';
  const text = [description, unit && `Unit: ${unit}.`, !refused && rangeWords(feature)].filter(Boolean).join(' ');
  if (takesTexts(feature)) return textSchema(feature, text);
  const base = {
    ...elementSchema(input),
    ...(text && { description: text }),
    ...(refused && min !== undefined && { minimum: min }),
    ...(refused && max !== undefined && { maximum: max }),
    ...(refused && categories && { enum: categories }),
  };
  return mayBeMissing(feature) ? { anyOf: [base, { type: 'null' }] } : base;
}

/** Of a column whose texts become numbers. */
function textSchema(feature: Feature, text: string): Schema {
  const { categories, encode, unknown } = feature;
  const form = encode ? (unknown === undefined ? { enum: categories } : {}) : { examples: ['2026-01-31'] };
  const words = encode ? text : [text, 'A date or date-time of ISO 8601.'].filter(Boolean).join(' ');
  const base = { type: 'string', ...form, ...(words && { description: words }) };
  return mayBeMissing(feature) ? { anyOf: [base, { type: 'null' }] } : base;
}

/** What is expected but not enforced is said, not declared. */
function rangeWords({ min, max, categories }: Feature): string {
  if (categories) return `Expected: ${categories.slice(0, 20).join(', ')}.`;
  return min === undefined && max === undefined ? '' : `Expected from ${min ?? '-∞'} to ${max ?? '∞'}.`;
}

/** Nested lists of a shape, or the same values in one flat list. */
function nestedSchema(dims: readonly number[], item: Schema): Schema {
  const nested = dims.reduceRight<Schema>((items, size) => ({ type: 'array', items, ...lengths(size) }), item);
  if (dims.length < 2) return nested;
  const flat = { type: 'array', items: item, ...(dims.includes(-1) ? {} : lengths(elementCount(dims))) };
  return { anyOf: [nested, flat] };
}

function lengths(size: number): Schema {
  return size === -1 ? {} : { minItems: size, maxItems: size };
}

const picture: Schema = { type: 'string', contentEncoding: 'base64', description: 'A JPEG, PNG or WebP file.' };
const words: Schema = { type: 'string', description: 'The text.' };

/** Instances that are not tensors: one value, alone or by its name. */
const MEDIA: Readonly<Partial<Record<ModelType, Schema>>> = {
  'image-classification': { anyOf: [picture, record({ image: picture })] },
  'text-classification': { anyOf: [words, record({ text: words })] },
};

const pair = record({ text: words, text_pair: { type: 'string', description: 'The text that goes with it.' } });

/** An instance of POST /predict. */
export function instanceSchema(serving: Serving): Schema {
  const { inputs } = serving;
  if (serving.model.type.startsWith('tabular-') && hasColumns(inputs)) {
    const columns = inputs.flatMap((input) =>
      (input.features ?? [{ name: input.name }]).map((feature: Feature) => ({
        feature,
        schema: featureSchema(feature, input),
      })),
    );
    return {
      oneOf: [
        {
          title: 'Object',
          type: 'object',
          additionalProperties: false,
          required: columns.filter(({ feature }) => !mayBeMissing(feature)).map(({ feature }) => feature.name),
          properties: Object.fromEntries(columns.map(({ feature, schema }) => [feature.name, schema])),
        },
        {
          title: 'Row',
          description: `Values in the order ${columns.map(({ feature }) => feature.name).join(', ')}.`,
          type: 'array',
          prefixItems: columns.map(({ schema }) => schema),
          ...lengths(columns.length),
        },
      ],
    };
  }
  const media = takesPairs(inputs) ? pair : MEDIA[serving.model.type];
  if (media) return media;
  const tensors = inputs.map((input) => nestedSchema(rowShape(input, serving), elementSchema(input)));
  const object = {
    title: 'Tensors',
    type: 'object',
    additionalProperties: false,
    required: inputs.map(({ name }) => name),
    properties: Object.fromEntries(inputs.map(({ name }, i) => [name, tensors[i]])),
  };
  return inputs.length === 1 ? { anyOf: [object, tensors[0]] } : object;
}

/** A prediction of POST /predict, by the model's type. */
export function predictionSchema(serving: Serving): Schema {
  const { model, outputs } = serving;
  const [first] = outputs;
  if (model.type.endsWith('-classification')) {
    const output = outputs.find(({ labels }) => labels);
    const labels = output?.labels ?? [];
    const properties = Object.fromEntries(labels.map((label) => [label, { type: 'number' }]));
    // Which of them are there is up to top_k.
    const scores = { type: 'object', additionalProperties: false, minProperties: 1, properties };
    const field = output ? scoreField(output) : 'probabilities';
    return output?.multiLabel
      ? record({ labels: { type: 'array', uniqueItems: true, items: { enum: labels } }, [field]: scores })
      : record({ label: { enum: labels }, [field]: scores });
  }
  if (model.type === 'tabular-regression' && first) {
    const size = elementCount(rowShape(first, serving));
    return size === 1
      ? record({ value: elementSchema(first) })
      : record({ values: { type: 'array', items: elementSchema(first), ...lengths(size < 0 ? -1 : size) } });
  }
  const value = (output: TensorSpec): Schema =>
    rowShape(output, serving).reduceRight<Schema>(
      (items, size) => ({ type: 'array', items, ...lengths(size) }),
      elementSchema(output),
    );
  return record(Object.fromEntries(outputs.map((output) => [output.name, value(output)])));
}

/** A tensor in the Open Inference Protocol's JSON. */
export function tensorSchema(specs: readonly TensorSpec[], extra: Schema): Schema {
  return {
    type: 'object',
    required: ['name', 'shape', 'datatype'],
    properties: {
      name: { enum: specs.map(({ name }) => name) },
      shape: { type: 'array', items: { type: 'integer', minimum: 1 } },
      datatype: { enum: [...new Set(specs.map(({ datatype }) => datatype))] },
      ...extra,
    },
  };
}

export function record(properties: Readonly<Record<string, Schema>>): Schema {
  return { type: 'object', additionalProperties: false, required: Object.keys(properties), properties };
}

function rowShape(tensor: TensorSpec, serving: Serving): readonly number[] {
  return hasBatchAxis(serving) ? tensor.shape.slice(1) : tensor.shape;
}
