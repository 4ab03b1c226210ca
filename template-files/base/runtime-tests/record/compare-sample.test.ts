import type { InputSpec, Serving } from '../../runtime/contract/serving.ts';
import type { NamedTensor, Step, StepName } from '../../runtime/inference/preprocess/encoder.ts';
import { compareSample, sampleLines, verdict } from '../../runtime/record/compare-sample.ts';
import type { StepArray } from '../../runtime/record/compare-steps.ts';
import { serving } from '../helpers/serving.ts';

type Arrays = Readonly<Record<string, StepArray>>;
type Recorded = Readonly<Partial<Record<StepName, StepArray | Arrays>>>;

const array = (dims: number[], values: ArrayLike<number | bigint>): StepArray => ({ dims, values });
const isArray = (value: StepArray | Arrays): value is StepArray => 'dims' in value;

function recordOf(steps: Recorded, answer?: unknown, bounds = {}) {
  const sample = {
    name: 'cat.png',
    instance: () => 'raw',
    answer,
    steps: Object.entries(steps).map(([name, value]) => ({
      name: name as StepName,
      tensors: Object.entries(isArray(value) ? { '': value } : value).map(([key, one]) => ({
        name: key,
        read: () => one,
      })),
    })),
  };
  return { versions: {}, tolerance: undefined, bounds, samples: [sample] };
}

interface Setting {
  readonly contract: Serving;
  readonly steps?: readonly Step[];
  readonly tensors: readonly Omit<NamedTensor, 'name'>[];
  readonly prediction?: unknown;
  /** What the model answers to training's own tensors. */
  readonly isolated?: unknown;
}

function compareWith(record: ReturnType<typeof recordOf>, { contract, steps = [], tensors, ...rest }: Setting) {
  return compareSample(contract, record, record.samples[0] as (typeof record.samples)[0], {
    async follow(_, onStep) {
      for (const step of steps) onStep(0, step);
      return { blocks: [{ rows: 1, key: '', tensors }], prediction: rest.prediction };
    },
    answer: async () => rest.isolated,
  });
}

const contractOf = (type: Serving['model']['type'], inputs: InputSpec[]) =>
  serving({ model: { ...serving().model, type }, inputs });

const pixels = (name: StepName, data: number[], dims = [1, 2, 3]): Step => ({
  name,
  tensors: [{ name: '', dims, data: Uint8Array.from(data) }],
});

describe('pictures', () => {
  const input: InputSpec = { name: 'pixels', datatype: 'FP32', shape: [-1, 3, 1, 2], image: { std: [0.5] } };
  const contract = contractOf('image-classification', [input]);
  const PIXELS = [10, 20, 30, 40, 50, 60];
  const FINAL = [10, 40, 20, 50, 30, 60].map((value) => value / 255 / 0.5);
  const steps = (['decode', 'colour', 'resize', 'crop'] as const).map((name) => pixels(name, PIXELS));
  const setting = { contract, steps, tensors: [{ dims: [1, 3, 1, 2], data: Float32Array.from(FINAL) }] };
  const same = array([1, 2, 3], PIXELS);
  const final = array([3, 1, 2], FINAL);
  const all = { decode: same, colour: same, resize: same, crop: same, normalise: final };
  const other = array([1, 2, 3], [10, 20, 30, 40, 50, 90]);
  const otherFinal = array([3, 1, 2], [...FINAL.slice(0, 5), 0]);

  test('all steps agree, up to one of 255', async () => {
    const near = {
      ...all,
      decode: array(
        [1, 2, 3],
        PIXELS.map((value) => value + 1),
      ),
    };
    const result = await compareWith(recordOf(near), setting);
    expect(result).toMatchObject({ culprit: undefined, left: [] });
    expect(sampleLines(result).slice(0, 2)).toEqual(['cat.png: agrees', '  decode: agrees, largest difference 1']);
    const strict = await compareWith(recordOf(near, undefined, { decode: 0 }), setting);
    expect(strict.steps[0]).toMatchObject({ agrees: false });
  });

  test.each(['decode', 'colour', 'resize', 'crop'] as const)('a %s that differs is the first', async (broken) => {
    const order = ['decode', 'colour', 'resize', 'crop'] as const;
    const changed = Object.fromEntries(order.slice(order.indexOf(broken)).map((name) => [name, other]));
    const result = await compareWith(recordOf({ ...all, ...changed, normalise: otherFinal }), setting);
    expect(result.culprit).toBe(broken);
    expect(result.steps.find(({ name }) => name === broken)?.text).toBe(
      'largest difference 30 (mean 5) at [0, 1, 2]: training 90, the service 60; 1 of 6 differ',
    );
  });

  test('a normalisation that differs, with what the model makes of training’s own', async () => {
    const record = recordOf({ ...all, normalise: otherFinal }, { label: 'cat' });
    const result = await compareWith(record, { ...setting, prediction: { label: 'dog' }, isolated: { label: 'cat' } });
    expect(result.culprit).toBe('normalise');
    expect(result.isolated).toContain('the difference is before the model');
    const wrong = await compareWith(record, { ...setting, prediction: { label: 'dog' }, isolated: { label: 'dog' } });
    expect(wrong.isolated).toContain(
      'does not answer as it did in training (/label: expected "cat", found "dog"): look at the model',
    );
  });

  test('differences within the bounds that change the answer are traced to their step', async () => {
    const near = array(
      [1, 2, 3],
      PIXELS.map((value) => value + 1),
    );
    const nearFinal = array(
      [3, 1, 2],
      FINAL.map((value) => value + 0.001),
    );
    const record = recordOf({ ...all, resize: near, crop: near, normalise: nearFinal }, { value: 1 });
    const result = await compareWith(record, { ...setting, prediction: { value: 2 }, isolated: { value: 1 } });
    expect(result.culprit).toBe('resize');
    expect(result.isolated).toContain('what is within the bound of resize changes the answer');
  });

  test('tensors and an answer of different runs are recognised', async () => {
    const record = recordOf({ ...all, normalise: otherFinal }, { label: 'cat' });
    const result = await compareWith(record, { ...setting, prediction: { label: 'cat' }, isolated: { label: 'dog' } });
    expect(result.isolated).toContain('record the tensors and the answer of the same run');
  });

  test('one level of 255 is within a normalisation, more is not', async () => {
    const moved = (levels: number) =>
      array(
        [3, 1, 2],
        FINAL.map((value) => value + levels / 255 / 0.5),
      );
    expect((await compareWith(recordOf({ normalise: moved(0.99) }), setting)).culprit).toBeUndefined();
    expect((await compareWith(recordOf({ normalise: moved(1.1) }), setting)).culprit).toBe('normalise');
  });

  test('a step of another form is no difference where a later one agrees', async () => {
    const result = await compareWith(recordOf({ ...all, decode: array([1, 2, 4], [1, 2, 3, 4, 5, 6, 7, 8]) }), setting);
    expect(result.culprit).toBeUndefined();
    expect(sampleLines(result)[1]).toBe(
      '  decode: another form, and later steps agree, training has [1, 2, 4], the service [1, 2, 3]',
    );
  });

  test('red and blue that are swapped are recognised, in pixels and in the tensor', async () => {
    const bgr = array([1, 2, 3], [30, 20, 10, 60, 50, 40]);
    const swapped = array(
      [3, 1, 2],
      [30, 60, 20, 50, 10, 40].map((value) => value / 255 / 0.5),
    );
    const { steps: found } = await compareWith(recordOf({ colour: bgr, normalise: swapped }), setting);
    expect(found.map(({ text }) => text.endsWith('red and blue swapped (image.color)'))).toEqual([true, true]);
  });

  test('steps that the service has not are named, and the last one may be called tensor', async () => {
    const without = { ...setting, steps: [pixels('decode', PIXELS)] };
    const result = await compareWith(recordOf({ crop: other, tensor: final }), without);
    expect(result).toMatchObject({ culprit: undefined, left: ['crop'], steps: [{ name: 'normalise', agrees: true }] });
  });
});

describe('token ids', () => {
  const names = ['input_ids', 'attention_mask', 'token_type_ids'];
  const contract = contractOf(
    'text-classification',
    names.map((name) => ({ name, datatype: 'INT64', shape: [-1, -1] })),
  );
  const row = (values: number[]) => ({ dims: [1, values.length], data: BigInt64Array.from(values, BigInt) });
  const setting = { contract, tensors: [row([101, 7, 102, 0]), row([1, 1, 1, 0]), row([0, 0, 0, 0])] };
  const ids = (values: number[], mask?: number[]): Arrays => ({
    input_ids: array([1, values.length], BigInt64Array.from(values, BigInt)),
    ...(mask && { attention_mask: array([1, mask.length], mask) }),
  });

  test.each<[string, Arrays]>([
    ['padded further', ids([101, 7, 102, 0, 0, 0], [1, 1, 1, 0, 0, 0])],
    ['padded on the left', ids([0, 101, 7, 102], [0, 1, 1, 1])],
    ['without padding and mask', ids([101, 7, 102])],
  ])('agree: %s', async (_, recorded) => {
    expect((await compareWith(recordOf({ ids: recorded }), setting)).culprit).toBeUndefined();
  });

  test('an id that differs is named with its place, and one that is missing as well', async () => {
    const other = await compareWith(recordOf({ ids: ids([101, 8, 102], [1, 1, 1]) }), setting);
    expect(other).toMatchObject({ culprit: 'ids' });
    expect(other.steps[0]?.text).toBe('input_ids: first at [1]: training 8, the service 7; 1 of 3 differ');
    const longer = await compareWith(recordOf({ ids: ids([101, 7, 9, 102]) }), setting);
    expect(longer.steps[0]?.text).toContain('training has [1, 4], the service [3]; record attention_mask');
  });

  test('tensors that are none of the inputs are named', async () => {
    const recorded = { ...ids([101, 7, 102], [1, 1, 1]), special_tokens_mask: array([1, 3], [1, 0, 1]) };
    const result = await compareWith(recordOf({ ids: recorded }), setting);
    expect(result).toMatchObject({ culprit: undefined, left: ['ids special_tokens_mask'] });
  });
});

describe('tables', () => {
  const contract = serving();
  const setting = {
    contract,
    tensors: [{ dims: [1, 2], data: Float32Array.of(1e6, 2) }],
    prediction: { label: 'yes' },
  };

  test('columns agree to 1e-5 of their size, and an answer is compared', async () => {
    const near = recordOf({ tensor: array([2], [1e6 + 5, 2]) }, { label: 'yes' });
    expect((await compareWith(near, setting)).culprit).toBeUndefined();
    const far = await compareWith(recordOf({ tensor: array([2], [1e6, 3]) }, { label: 'yes' }), setting);
    expect([far.culprit, verdict([far], ['tensor'])]).toEqual([
      'tensor',
      '1 of 1 samples differ from training; the first step that differs is tensor',
    ]);
  });

  test('texts that differ are shown', async () => {
    const texts = contractOf('text-classification', [{ name: 'text', datatype: 'BYTES', shape: [-1, 1] }]);
    const served = { contract: texts, tensors: [{ dims: [1, 1], data: ['cafe'] }] };
    const result = await compareWith(recordOf({ tensor: { dims: [1, 1], values: ['café'] } }), served);
    expect(result.steps[0]?.text).toBe('text: first at [0, 0]: training "café", the service "cafe"; 1 of 1 differ');
  });

  test('where the tensors agree and the answer does not, it is the answer', async () => {
    const record = recordOf({ tensor: array([2], [1e6, 2]) }, { label: 'no' });
    expect(await compareWith(record, { ...setting, isolated: { label: 'yes' } })).toMatchObject({ culprit: 'answer' });
  });

  test('a sample in which nothing can be compared is refused', async () => {
    await expect(compareWith(recordOf({ crop: array([1], [1]) }), setting)).rejects.toMatchObject({
      code: 'RECORD_INVALID',
      message: expect.stringContaining('nothing can be compared'),
    });
  });
});
