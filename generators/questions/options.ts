import { PICTURE_PROFILES } from '../tensor.ts';
import { UNPRINTABLE } from './text-rules.ts';

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

const yesOrNo: Option = {
  schema: { type: 'boolean' },
  expected: 'true or false',
  accepts: (value) => typeof value === 'boolean',
};
const number: Option = { schema: { type: 'number' }, expected: 'a number', accepts: Number.isFinite };
const channels = list(number, { maxItems: 4 });
/** Red, green and blue. */
const color = list(whole(0, 255), { minItems: 3, maxItems: 3 });

function text(maxLength: number): Option {
  return {
    schema: { type: 'string', maxLength },
    expected: `text of at most ${maxLength} printable characters`,
    accepts: (value) => typeof value === 'string' && value.length <= maxLength && !UNPRINTABLE.test(value),
  };
}

function whole(minimum: number, maximum: number): Option {
  return {
    schema: { type: 'integer', minimum, maximum },
    expected: `a whole number from ${minimum} to ${maximum}`,
    accepts: (value) => Number.isInteger(value) && (value as number) >= minimum && (value as number) <= maximum,
  };
}

/** A file below the folder of serving.yaml. */
const FILE = '^(?!/)(?!.*\\.\\.)(?!.*\\\\)[^:]+\\.json$';
const jsonFile: Option = {
  schema: { type: 'string', maxLength: 255, pattern: FILE },
  expected: 'a relative path such as model/tokenizer.json',
  accepts: (value) => text(255).accepts(value) && new RegExp(FILE).test(value as string),
};

interface Many {
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
}

function list(of: Option, { minItems = 1, maxItems, uniqueItems }: Many = {}): Option {
  const most = maxItems ?? Number.POSITIVE_INFINITY;
  const size = minItems === maxItems ? `of ${minItems}` : maxItems ? `of at most ${maxItems}` : '';
  return {
    schema: {
      type: 'array',
      minItems,
      ...(maxItems && { maxItems }),
      ...(uniqueItems && { uniqueItems }),
      items: of.schema,
    },
    expected: `a list${size && ` ${size}`}, each ${of.expected}${uniqueItems ? ' and none twice' : ''}`,
    accepts: (value) =>
      Array.isArray(value) &&
      value.length >= minItems &&
      value.length <= most &&
      value.every(of.accepts) &&
      (!uniqueItems || new Set(value).size === value.length),
  };
}

function oneOf(...values: readonly string[]): Option {
  return {
    schema: { enum: values },
    expected: `one of ${values.join(', ')}`,
    accepts: (value) => values.includes(value as string),
  };
}

const DAY = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;

export const FEATURE_OPTIONS: Options = {
  description: text(1000),
  unit: text(64),
  min: number,
  max: number,
  categories: list(text(200), { uniqueItems: true }),
  nullable: yesOrNo,
  missing: {
    schema: { type: ['string', 'number'] },
    expected: 'a text or a number',
    accepts: (value) => typeof value === 'string' || Number.isFinite(value),
  },
  encode: oneOf('ordinal'),
  unknown: number,
  date: oneOf('days', 'seconds', 'milliseconds'),
  since: {
    schema: { type: 'string', pattern: DAY.source },
    expected: 'a day such as 1970-01-01',
    accepts: (value) => typeof value === 'string' && DAY.test(value),
  },
};

/** Class values are integers or texts; beyond 2^53 integers are texts too. */
const classValue: Option = {
  schema: { anyOf: [{ type: 'string', maxLength: 200 }, { type: 'integer' }] },
  expected: 'an integer or text',
  accepts: (value) => Number.isSafeInteger(value) || text(200).accepts(value),
};

export const TENSOR_OPTIONS: Options = {
  allowNonFinite: yesOrNo,
  perRow: yesOrNo,
  outOfRange: oneOf('accept', 'refuse'),
  classes: list(classValue, { uniqueItems: true }),
  activation: oneOf('none', 'softmax', 'sigmoid'),
  multiLabel: yesOrNo,
  threshold: number,
  topK: whole(1, 1_000_000),
};

/** Options that are made of options. */
export const STEP_OPTIONS: Readonly<Record<'image' | 'text', Options>> = {
  image: {
    profile: oneOf(...PICTURE_PROFILES),
    size: list(whole(1, 65_535), { minItems: 2, maxItems: 2 }),
    rounding: oneOf('truncate', 'round'),
    cropOffset: list(whole(0, 65_535), { minItems: 2, maxItems: 2 }),
    interpolation: oneOf('nearest', 'bilinear', 'bicubic', 'lanczos', 'area'),
    antialias: yesOrNo,
    exif: oneOf('apply', 'ignore'),
    icc: oneOf('convert', 'ignore'),
    cmyk: oneOf('plain', 'convert', 'refuse'),
    alpha: oneOf('drop', 'flatten', 'refuse'),
    grey: oneOf('bt601', 'bt709'),
    animation: oneOf('refuse', 'first'),
    fit: oneOf('stretch', 'cover', 'contain'),
    shorterSide: whole(1, 65_535),
    color: oneOf('rgb', 'bgr'),
    scale: number,
    mean: channels,
    std: channels,
    background: color,
    maxPixels: whole(1, 268_402_689),
  },
  text: {
    trim: yesOrNo,
    lowercase: yesOrNo,
    unicode: oneOf('NFC', 'NFKC'),
    maxCharacters: whole(1, 10_000_000),
    tokenizer: jsonFile,
    maxTokens: whole(1, 1_000_000),
    tooLong: oneOf('truncate', 'refuse'),
    holds: oneOf('ids', 'mask', 'types'),
    pairs: yesOrNo,
  },
};

/** The properties of a JSON Schema that a set of options stands for. */
export function schemaOf(options: Options): Record<string, object> {
  return Object.fromEntries(Object.entries(options).map(([key, option]) => [key, option.schema]));
}
