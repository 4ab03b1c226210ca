/**
 * What a tensor or a column may say beside its name, type, shape, columns and labels: each key once, with the values it
 * takes. The reader of answers and their JSON Schema are derived from this.
 */
export interface Option {
  readonly schema: object;
  /** In words, for messages. */
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
}

type Options = Readonly<Record<string, Option>>;

const text: Option = { schema: { type: 'string' }, expected: 'text', accepts: (value) => typeof value === 'string' };
const yesOrNo: Option = {
  schema: { type: 'boolean' },
  expected: 'true or false',
  accepts: (value) => typeof value === 'boolean',
};
const number: Option = { schema: { type: 'number' }, expected: 'a number', accepts: Number.isFinite };
const count: Option = {
  schema: { type: 'integer', minimum: 1 },
  expected: 'a positive whole number',
  accepts: (value) => Number.isSafeInteger(value) && (value as number) > 0,
};
const numbers = list(number);

function list(of: Option): Option {
  return {
    schema: { type: 'array', minItems: 1, items: of.schema },
    expected: `a list, each ${of.expected}`,
    accepts: (value) => Array.isArray(value) && value.length > 0 && value.every(of.accepts),
  };
}

function oneOf(...values: readonly string[]): Option {
  return {
    schema: { enum: values },
    expected: `one of ${values.join(', ')}`,
    accepts: (value) => values.includes(value as string),
  };
}

export const FEATURE_OPTIONS: Options = {
  description: text,
  unit: text,
  min: number,
  max: number,
  categories: list(text),
  nullable: yesOrNo,
};

export const TENSOR_OPTIONS: Options = { allowNonFinite: yesOrNo, outOfRange: oneOf('accept', 'refuse') };

/** Options that are made of options. */
export const STEP_OPTIONS: Readonly<Record<'image' | 'text', Options>> = {
  image: {
    fit: oneOf('stretch', 'cover', 'contain'),
    shorterSide: count,
    color: oneOf('rgb', 'bgr'),
    scale: number,
    mean: numbers,
    std: numbers,
    background: numbers,
    maxPixels: count,
  },
  text: {
    trim: yesOrNo,
    lowercase: yesOrNo,
    unicode: oneOf('NFC', 'NFKC'),
    maxCharacters: count,
    tokenizer: text,
    maxTokens: count,
    tooLong: oneOf('truncate', 'refuse'),
    holds: oneOf('ids', 'mask', 'types'),
  },
};

/** The properties of a JSON Schema that a set of options stands for. */
export function schemaOf(options: Options): Record<string, object> {
  return Object.fromEntries(Object.entries(options).map(([key, option]) => [key, option.schema]));
}
