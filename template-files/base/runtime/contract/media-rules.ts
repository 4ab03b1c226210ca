import { channelAxis, IMAGE_PROFILES, PROFILE_KEYS, pictureSize } from './image-profiles.ts';
import type { Problem, Rule } from './rule.ts';
import type { InputSpec } from './serving.ts';

/** Datatypes that pixels can have, and those that token ids can have. */
const PIXELS = new Set(['UINT8', 'FP16', 'FP32', 'FP64']);
const TOKENS = new Set(['INT32', 'INT64']);

const stepsOfType: Rule = ({ model, inputs }) =>
  (['image', 'text'] as const).flatMap((key) =>
    inputs.flatMap((input, i): Problem[] => {
      if (input[key] === undefined || model.type === `${key}-classification`) return [];
      const mend = `Remove it, or make it a model of type ${key}-classification.`;
      return [{ field: `inputs[${i}].${key}`, expected: `no such key for ${model.type}`, found: 'one', mend }];
    }),
  );

const imageInput: Rule = ({ model, inputs }) => {
  if (model.type !== 'image-classification') return [];
  const [input] = inputs;
  const fits = input && inputs.length === 1 && PIXELS.has(input.datatype) && channelAxis(input.shape) !== undefined;
  if (fits) return channelProblems(input);
  return [
    {
      field: 'inputs',
      expected: `for ${model.type}, one input of shape [-1, channels, height, width] or [-1, height, width, channels] with 1 or 3 channels, UINT8 or floats`,
      found: inputs.map(({ datatype, shape }) => `${datatype} [${shape.join(', ')}]`).join(', '),
      mend: 'Use type custom and send tensors.',
    },
  ];
};

function channelProblems(input: InputSpec): Problem[] {
  const { shape, image = {} } = input;
  const axis = channelAxis(shape) ?? 1;
  const channels = shape[axis] ?? 1;
  const problems: Problem[] = [];
  for (const key of ['mean', 'std'] as const) {
    const length = image[key]?.length ?? 1;
    if (length !== 1 && length !== channels) {
      const expected = `1 value or ${channels}, one per channel`;
      problems.push({ field: `inputs[0].image.${key}`, expected, found: `${length}`, mend: 'List as many.' });
    }
  }
  if (image.std?.includes(0)) {
    problems.push({ field: 'inputs[0].image.std', expected: 'no zero', found: '0', mend: 'It is divided by.' });
  }
  return [...problems, ...sizeProblems(input), ...profileProblems(input)];
}

function sizeProblems(input: InputSpec): Problem[] {
  const { shape, image = {} } = input;
  const problems: Problem[] = [];
  const sides = pictureSize(input);
  const fit = image.fit ?? (image.profile && IMAGE_PROFILES[image.profile].fit);
  if (image.shorterSide !== undefined && (fit !== 'cover' || image.shorterSide < Math.max(...sides))) {
    problems.push({
      field: 'inputs[0].image.shorterSide',
      expected: `with fit: cover, at least the sides of the input (${sides.join(' and ')})`,
      found: `${image.shorterSide}`,
      mend: 'Raise it, set fit: cover, or leave it out.',
    });
  }
  const axis = channelAxis(shape) ?? 1;
  const fixed = shape.filter((_, at) => at > 0 && at !== axis);
  const isOther = image.size?.some((size, at) => fixed[at] !== -1 && fixed[at] !== size);
  if (isOther) {
    problems.push({
      field: 'inputs[0].image.size',
      expected: `the input's height and width, ${fixed.join(' and ')}`,
      found: image.size?.join(' and ') ?? '',
      mend: 'Leave it out: the shape has the size already.',
    });
  }
  return problems;
}

/** Steps that the decoder's own resize does not have. */
function profileProblems(input: InputSpec): Problem[] {
  const { image = {} } = input;
  if (image.profile === undefined) {
    return PROFILE_KEYS.filter((key) => image[key] !== undefined).map((key) => ({
      field: `inputs[0].image.${key}`,
      expected: 'no such key without a profile',
      found: `${image[key]}`,
      mend: 'Add profile: pil, or the library that prepared the pictures of the training.',
    }));
  }
  const sides = pictureSize(input);
  const fit = image.fit ?? IMAGE_PROFILES[image.profile].fit;
  if (fit !== 'stretch' && sides.includes(-1)) {
    return [
      {
        field: 'inputs[0].image.size',
        expected: `a height and a width, which fit: ${fit} needs and the input's shape leaves free`,
        found: sides.join(' and '),
        mend: 'Write size: [height, width], or fit: stretch, with which pictures keep their own size.',
      },
    ];
  }
  const { cropOffset } = image;
  if (cropOffset !== undefined && fit !== 'cover') {
    return [
      {
        field: 'inputs[0].image.cropOffset',
        expected: 'no such key without fit: cover',
        found: `${cropOffset}`,
        mend: 'Remove it.',
      },
    ];
  }
  return [];
}

const textInputs: Rule = ({ model, inputs }) => {
  if (model.type !== 'text-classification') return [];
  const [only] = inputs;
  const strings = inputs.length === 1 && only?.datatype === 'BYTES';
  if (strings && (only.shape.length === 1 || (only.shape.length === 2 && only.shape[1] === 1))) return [];
  const tokens = inputs.every(({ datatype, shape }) => TOKENS.has(datatype) && shape.length === 2);
  const tokenizers = inputs.filter(({ text }) => text?.tokenizer !== undefined).length;
  if (tokens && tokenizers === 1) return [];
  return [
    {
      field: tokens ? 'inputs[0].text.tokenizer' : 'inputs',
      expected: tokens
        ? 'the path of the tokenizer.json, at one input'
        : `for ${model.type}, one input of BYTES [-1] or [-1, 1], or inputs of token ids (INT64 [-1, -1])`,
      found: tokens
        ? `${tokenizers}`
        : inputs.map(({ datatype, shape }) => `${datatype} [${shape.join(', ')}]`).join(', '),
      mend: tokens ? 'Put the file beside the model and name it.' : 'Use type custom and send tensors.',
    },
  ];
};

/** Only a tokenizer makes one sequence of two texts. */
const pairsNeedTokenizer: Rule = ({ inputs }) =>
  inputs.flatMap(({ text }, i): Problem[] => {
    if (!text?.pairs || text.tokenizer !== undefined) return [];
    const field = `inputs[${i}].text.pairs`;
    return [
      {
        field,
        expected: 'a tokenizer at the same input',
        found: 'none',
        mend: 'Name the tokenizer.json, or remove it.',
      },
    ];
  });

/** A bound beyond the next wider one would never be reached. */
const decodedBounds: Rule = ({ inputs, limits }) => {
  const picture = inputs.find(({ image }) => image?.maxDecodedBytes !== undefined)?.image?.maxDecodedBytes ?? 0;
  return (['maxDecodingBytes', 'maxDecodedBytes'] as const).flatMap((key): Problem[] => {
    const bound = limits[key] ?? Number.POSITIVE_INFINITY;
    if (picture <= bound) return [];
    const mend = `Lower it, or raise limits.${key}.`;
    return [
      {
        field: 'inputs[0].image.maxDecodedBytes',
        expected: `at most limits.${key} (${bound})`,
        found: `${picture}`,
        mend,
      },
    ];
  });
};

export const mediaRules: readonly Rule[] = [stepsOfType, imageInput, textInputs, pairsNeedTokenizer, decodedBounds];
