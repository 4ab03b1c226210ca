import type { ImageSteps, TensorSpec } from '../tensor.ts';
import { pictureProblems } from './picture-rules.ts';
import type { Problem } from './problem.ts';
import { type Rule, shown } from './rule.ts';

const PIXELS: readonly string[] = ['UINT8', 'FP16', 'FP32', 'FP64'];
const TOKENS: readonly string[] = ['INT32', 'INT64'];

const stepsFitTheType: Rule = {
  needs: ['modelType', 'inputs'],
  check({ modelType, inputs }) {
    return (['image', 'text'] as const).flatMap((key) =>
      inputs.flatMap((input, i): Problem[] =>
        input[key] === undefined || modelType === `${key}-classification`
          ? []
          : [{ path: ['inputs', i, key], message: `is for ${key}-classification, not for ${modelType}` }],
      ),
    );
  },
};

const imagesAreOneTensor: Rule = {
  needs: ['modelType', 'inputs'],
  check({ modelType, inputs }) {
    if (modelType !== 'image-classification') return [];
    const [input] = inputs;
    const axis = input?.shape.length === 4 ? [1, 3].find((at) => [1, 3].includes(input.shape[at] ?? 0)) : undefined;
    if (input && inputs.length === 1 && PIXELS.includes(input.datatype) && axis !== undefined)
      return imageProblems(input, axis);
    const message = `an image-classification model takes one input [-1, channels, height, width] or [-1, height, width, channels] of UINT8 or floats with 1 or 3 channels, found ${inputs.map(shown).join('; ')}`;
    return [{ path: ['inputs'], message }];
  },
};

function imageProblems(input: TensorSpec, axis: number): Problem[] {
  const { shape, image = {} } = input;
  const at = (key: keyof ImageSteps) => ['inputs', 0, 'image', key];
  const channels = shape[axis] ?? 1;
  const problems: Problem[] = [];
  for (const key of ['mean', 'std'] as const) {
    const count = image[key]?.length ?? 1;
    if (count !== 1 && count !== channels)
      problems.push({ path: at(key), message: `expected 1 value or ${channels}, one a channel; found ${count}` });
  }
  if (image.std?.includes(0)) problems.push({ path: at('std'), message: 'must not hold 0: it is divided by' });
  return [...problems, ...pictureProblems(input, axis)];
}

const textsAreStringsOrTokens: Rule = {
  needs: ['modelType', 'inputs'],
  check({ modelType, inputs }) {
    if (modelType !== 'text-classification') return [];
    const [only] = inputs;
    const column = only && (only.shape.length === 1 || (only.shape.length === 2 && only.shape[1] === 1));
    if (inputs.length === 1 && only?.datatype === 'BYTES' && column) return [];
    const tokens = inputs.every(({ datatype, shape }) => TOKENS.includes(datatype) && shape.length === 2);
    if (!tokens) {
      const message = `a text-classification model takes one input of BYTES [-1] or [-1, 1], or inputs of token ids (INT64 [-1, -1]), found ${inputs.map(shown).join('; ')}`;
      return [{ path: ['inputs'], message }];
    }
    if (inputs.filter(({ text }) => text?.tokenizer !== undefined).length === 1) return [];
    return [{ path: ['inputs', 0, 'text', 'tokenizer'], message: 'exactly one input names the tokenizer.json' }];
  },
};

/** Only a tokenizer makes one sequence of two texts. */
const pairsNeedTokenizer: Rule = {
  needs: ['inputs'],
  check({ inputs }) {
    return inputs.flatMap(({ text }, i): Problem[] =>
      text?.pairs && text.tokenizer === undefined
        ? [{ path: ['inputs', i, 'text', 'pairs'], message: 'goes with tokenizer, at the same input' }]
        : [],
    );
  },
};

export const mediaRules: readonly Rule[] = [
  stepsFitTheType,
  imagesAreOneTensor,
  textsAreStringsOrTokens,
  pairsNeedTokenizer,
];
