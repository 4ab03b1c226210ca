import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { completeAnswers, parseValue } from '../../generators/questions/answers.ts';
import { findQuestion } from '../../generators/questions/find.ts';
import type { Parsed } from '../../generators/questions/problem.ts';
import type { Question } from '../../generators/questions/question.ts';
import type { Answers } from '../../generators/questions/questions.ts';
import { renderServingYaml } from '../../generators/render/serving-yaml.ts';
import { DATATYPES, MODEL_TYPES, type ModelType } from '../../generators/tensor.ts';
import { readServing } from '../../template-files/base/runtime/contract/read.ts';

/*
 * Whatever the generator takes, the server that it stamps out must start with: its own reader of serving.yaml is the judge.
 */
const base = new URL('../../template-files/base/', import.meta.url);
const schema = readFileSync(new URL('schema/serving.schema.json', base), 'utf8');
const template = readFileSync(new URL('serving.yaml', base), 'utf8');

const name = fc.constantFrom('a', 'b', 'c', 'x', 'y', 'no', '1.0', '#', "it's", '{', 'é', '__proto__', 'constructor');
const size = fc.constantFrom(-1, -1, 1, 2, 3, 8, 2_000_000_000, 9_007_199_254_740_991);
const shape = fc.oneof(
  fc.constantFrom([-1], [-1, 2], [-1, 3], [-1, 1], [-1, 3, 8, 8], [-1, 8, 8, 1], [-1, -1], [1, 2], [2], []),
  fc.array(size, { maxLength: 5 }),
);
const datatype = fc.oneof(fc.constantFrom('FP32', 'FP32', 'BYTES', 'INT64', 'UINT8'), fc.constantFrom(...DATATYPES));
const some = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined, freq: 1 });
const record = <T>(of: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(of, { requiredKeys: [] });

const feature = fc.oneof(
  name,
  fc.record(
    {
      name,
      unit: fc.string({ maxLength: 80 }),
      description: fc.string({ maxLength: 20 }),
      min: fc.integer({ min: -2, max: 2 }),
      max: fc.double({ noNaN: true, noDefaultInfinity: true }),
      categories: fc.array(name, { maxLength: 3 }),
      nullable: fc.boolean(),
    },
    { requiredKeys: ['name'] },
  ),
);
const channels = fc.array(fc.constantFrom(0, 0.5, 1), { maxLength: 5 });
const image = record({
  profile: fc.constantFrom('torchvision', 'pil', 'keras', 'opencv', 'timm', 'yolo', 'huggingface', 'other'),
  size: fc.constantFrom([8, 8], [8, 9], [8], [0, 1]),
  cropOffset: fc.constantFrom([0, 0], [1]),
  interpolation: fc.constantFrom('nearest', 'area', 'linear'),
  antialias: fc.boolean(),
  alpha: fc.constantFrom('drop', 'flatten', 'refuse'),
  fit: fc.constantFrom('stretch', 'cover', 'contain'),
  shorterSide: fc.constantFrom(1, 8, 16, 70_000),
  mean: channels,
  std: channels,
  background: fc.array(fc.integer({ min: -1, max: 256 }), { maxLength: 4 }),
  maxPixels: fc.constantFrom(1, 1e9),
});
const text = record({
  trim: fc.boolean(),
  tokenizer: fc.constantFrom('model/tokenizer.json', '../up.json', '/etc/x.json', 'x.txt', 'a\nb.json'),
  maxTokens: fc.constantFrom(8, 1e9),
  holds: fc.constantFrom('ids', 'mask'),
  pairs: fc.boolean(),
});
const options = {
  allowNonFinite: some(fc.boolean()),
  outOfRange: some(fc.constantFrom('accept', 'refuse')),
  image: some(image),
  text: some(text),
};
const tensor = fc
  .record({ name, datatype, shape, features: some(fc.array(feature)), labels: some(fc.array(name)), ...options })
  .map((whole) => Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== undefined)));

/** An interface near to what the type needs, so that many are taken; any part of it may be off. */
const inputsOf: Readonly<Record<ModelType, readonly object[]>> = {
  'tabular-classification': [{ name: 'x', datatype: 'FP32', shape: [-1, 2], features: ['a', 'b'] }],
  'tabular-regression': [{ name: 'a', datatype: 'INT64', shape: [-1] }],
  'image-classification': [{ name: 'x', datatype: 'FP32', shape: [-1, 3, 8, 8] }],
  'text-classification': [{ name: 'x', datatype: 'BYTES', shape: [-1, 1] }],
  custom: [{ name: 'x', datatype: 'FP32', shape: [-1, -1, 2] }],
};
const scores = { name: 'p', datatype: 'FP32', shape: [-1, 2], labels: ['no', 'yes'] };
const value = { name: 'v', datatype: 'FP32', shape: [-1, 1] };

/** The sound list, with one tensor put in, put on top, or all replaced. */
function near(sound: readonly object[]): fc.Arbitrary<readonly object[]> {
  return fc.oneof<fc.Arbitrary<readonly object[]>[]>(
    fc.constant(sound),
    tensor.map((other) => [...sound, other]),
    fc.subarray(['datatype', 'shape', 'features', 'labels', ...Object.keys(options)]).chain((keys) =>
      tensor.map((other) => {
        const part = Object.fromEntries(Object.entries(other).filter(([key]) => keys.includes(key)));
        return [{ ...sound[0], ...part }, ...sound.slice(1)];
      }),
    ),
    fc.array(tensor, { minLength: 1, maxLength: 3 }),
  );
}

function answersOf(modelType: ModelType, given: Record<string, unknown>): Parsed<Answers> {
  const read: Record<string, unknown> = { modelType };
  for (const [key, raw] of Object.entries(given)) {
    const parsed = parseValue(findQuestion(key) as Question, raw);
    if ('problems' in parsed) return parsed;
    read[key] = parsed.value;
  }
  return completeAnswers(read, { directoryName: 'x', sample: () => ({ inputs: [], outputs: [] }) });
}

function serve(answers: Answers) {
  const rendered = renderServingYaml(template, answers, { sha256: 'a'.repeat(64), placeholder: true });
  return readServing(rendered, schema);
}

test.each(MODEL_TYPES)(
  'what is taken for %s, the server starts with',
  (modelType) => {
    let taken = 0;
    const sound = modelType.endsWith('-classification') ? [scores] : [value];
    fc.assert(
      fc.property(near(inputsOf[modelType]), near(sound), (inputs, outputs) => {
        const answers = answersOf(modelType, { inputs, outputs });
        if ('problems' in answers) return;
        taken++;
        const serving = serve(answers.value);
        expect(serving.inputs).toEqual(answers.value.inputs);
        expect(serving.outputs).toEqual(answers.value.outputs);
      }),
      { numRuns: 600 },
    );
    // The test would prove nothing if nothing were taken.
    expect(taken).toBeGreaterThan(30);
  },
  60_000,
);

test('names and versions of models that are taken, the server takes too', () => {
  const text = fc.oneof(
    fc.stringMatching(/^[A-Za-z0-9._-]{1,70}$/),
    fc.stringMatching(/^[0-9]\.0\.0[-+][0-9A-Za-z.+-]{1,70}$/),
  );
  let taken = 0;
  fc.assert(
    fc.property(text, fc.constantFrom('modelName', 'modelVersion'), (raw, key) => {
      const given = { inputs: inputsOf.custom, outputs: [value], [key]: raw };
      const answers = answersOf('custom', given);
      if ('problems' in answers) return;
      taken++;
      serve(answers.value);
    }),
    { numRuns: 500 },
  );
  expect(taken).toBeGreaterThan(60);
});
