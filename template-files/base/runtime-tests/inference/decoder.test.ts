import type { Serving } from '../../runtime/contract/serving.ts';
import { createDecoder } from '../../runtime/inference/postprocess/decoder.ts';
import { serving } from '../helpers/serving.ts';

const custom = { ...serving().model, type: 'custom' as const };
const regression = { ...serving().model, type: 'tabular-regression' as const };

const read = (
  changes: Partial<Serving>,
  outputs: Parameters<ReturnType<typeof createDecoder>['write']>[0],
  row: number,
) => JSON.parse(createDecoder(serving(changes)).write(outputs, row));

test('classification: the likeliest label and every probability, of its own row', () => {
  const output = { dims: [2, 2], data: Float32Array.of(0.75, 0.25, 0.125, 0.875) };
  expect(read({}, [output], 1)).toEqual({ label: 'yes', probabilities: { no: 0.125, yes: 0.875 } });
});

describe('a label output of the model', () => {
  const probabilities = { dims: [3, 2], data: Float32Array.of(0.6, 0.4, 0.6, 0.4, 0.6, 0.4) };
  const withOwn = (own: Serving['outputs'][number]): Pick<Serving, 'outputs'> => ({
    outputs: [own, ...serving().outputs],
  });
  const labelOf = (own: Serving['outputs'][number], data: BigInt64Array | string[], row: number) =>
    read(withOwn(own), [probabilities, { dims: [3], data }], row)['label'];

  test('says the label, by its classes or by the labels themselves', () => {
    const numbered = { name: 'label', datatype: 'INT64', shape: [-1], classes: [10, 20] } as const;
    expect(createDecoder(serving(withOwn(numbered))).fetch).toEqual([1, 0]);
    expect(labelOf(numbered, BigInt64Array.of(10n, 20n, 10n), 1)).toBe('yes');
    expect(labelOf({ name: 'label', datatype: 'BYTES', shape: [-1, 1] }, ['no', 'yes', 'no'], 1)).toBe('yes');
  });

  test('says nothing where its value is no class: the likeliest does', () => {
    expect(labelOf({ name: 'label', datatype: 'BYTES', shape: [-1] }, ['1', '1', '1'], 1)).toBe('no');
    const bare = { name: 'label', datatype: 'INT64', shape: [-1] } as const;
    expect(createDecoder(serving(withOwn(bare))).fetch).toEqual([1]);
    const numerals: Serving['outputs'] = [bare, { ...serving().outputs[0], labels: ['7', '9'] } as never];
    expect(createDecoder(serving({ outputs: numerals })).fetch).toEqual([1, 0]);
  });

  test('is not looked for where several outputs could be it', () => {
    const one = { name: 'a', datatype: 'INT64', shape: [-1] } as const;
    const outputs = [one, { ...one, name: 'b' }, ...serving().outputs];
    expect(createDecoder(serving({ outputs })).fetch).toEqual([2]);
  });
});

test('top-k: the likeliest alone, likeliest first, by the contract or by the request', () => {
  const labels = ['a', 'b', 'c'];
  const outputs: Serving['outputs'] = [{ name: 'p', datatype: 'FP32', shape: [-1, 3], labels, topK: 2 }];
  const decoder = createDecoder(serving({ outputs }));
  const output = { dims: [1, 3], data: Float32Array.of(0.25, 0.125, 0.625) };
  expect(decoder.write([output], 0)).toBe('{"label":"c","probabilities":{"c":0.625,"a":0.25}}');
  expect(decoder.write([output], 0, 1)).toBe('{"label":"c","probabilities":{"c":0.625}}');
  expect(decoder.write([output], 0, 9)).toBe('{"label":"c","probabilities":{"a":0.25,"b":0.125,"c":0.625}}');
});

describe('what is made of scores', () => {
  const scores = (extra: object): Pick<Serving, 'outputs'> => ({
    outputs: [{ name: 'p', datatype: 'FP32', shape: [-1, 3], labels: ['a', 'b', 'c'], ...extra }],
  });
  const logits = { dims: [2, 3], data: Float32Array.of(9, 9, 9, 1, -2, 0.5) };

  test('softmax: probabilities that add up to 1', () => {
    const { label, probabilities } = read(scores({ activation: 'softmax' }), [logits], 1);
    expect(label).toBe('a');
    // e^0, e^-3 and e^-0.5, by their sum.
    expect(probabilities.a).toBeCloseTo(0.603_749, 5);
    expect(probabilities.b).toBeCloseTo(0.030_059, 5);
    expect(probabilities.c).toBeCloseTo(0.366_192, 5);
    expect(probabilities.a + probabilities.b + probabilities.c).toBeCloseTo(1, 6);
  });

  test('softmax: of scores whose power is no number any more', () => {
    const large = { dims: [1, 3], data: Float32Array.of(1000, 0, -1000) };
    expect(read(scores({ activation: 'softmax' }), [large], 0)['probabilities']).toEqual({ a: 1, b: 0, c: 0 });
  });

  test('sigmoid: a probability for each label by itself', () => {
    const { probabilities } = read(scores({ activation: 'sigmoid' }), [logits], 1);
    expect(probabilities.a).toBeCloseTo(0.731_06, 5);
    expect(probabilities.b).toBeCloseTo(0.119_2, 5);
  });

  test('none: they are scores', () => {
    expect(read(scores({ activation: 'none' }), [logits], 1)).toEqual({ label: 'a', scores: { a: 1, b: -2, c: 0.5 } });
  });

  test('half floats are numbers before the step', () => {
    const half = { dims: [1, 3], data: Uint16Array.of(0x0000, 0xbc00, 0x3c00) };
    const { probabilities } = read(scores({ activation: 'sigmoid', datatype: 'FP16' }), [half], 0);
    expect(probabilities.a).toBe(0.5);
    expect(probabilities.c).toBeCloseTo(0.731_06, 5);
  });

  test('a score that is no number is no answer', () => {
    const broken = { dims: [1, 3], data: Float32Array.of(0, Number.NaN, 0) };
    expect(() => read(scores({ activation: 'softmax' }), [broken], 0)).toThrow(/answered NaN in output "p"/);
  });

  test('multi-label: every label from the threshold on, with its own probability', () => {
    const rows = { dims: [2, 3], data: Float32Array.of(0, 0, 0, 0.75, 0.5, 0.25) };
    expect(read(scores({ multiLabel: true }), [rows], 1)).toEqual({
      labels: ['a', 'b'],
      probabilities: { a: 0.75, b: 0.5, c: 0.25 },
    });
    expect(read(scores({ multiLabel: true }), [rows], 0)['labels']).toEqual([]);
    expect(read(scores({ multiLabel: true, threshold: 0.6 }), [rows], 1)['labels']).toEqual(['a']);
    expect(read(scores({ multiLabel: true, activation: 'sigmoid' }), [logits], 1)['labels']).toEqual(['a', 'c']);
    expect(read(scores({ multiLabel: true, activation: 'none' }), [logits], 1)['labels']).toEqual(['a', 'c']);
  });

  test("multi-label: the model's own yes or no goes before the threshold", () => {
    const own = { name: 'label', datatype: 'INT64', shape: [-1, 3] } as const;
    const contract = serving({ outputs: [own, ...scores({ multiLabel: true }).outputs] });
    const decoder = createDecoder(contract);
    expect(decoder.fetch).toEqual([1, 0]);
    const p = { dims: [1, 3], data: Float32Array.of(0.9, 0.9, 0.1) };
    const text = decoder.write([p, { dims: [1, 3], data: BigInt64Array.of(0n, 1n, 1n) }], 0, 1);
    expect(text).toBe(`{"labels":["b","c"],"probabilities":{"a":${Math.fround(0.9)}}}`);
  });
});

test('labels of any letters are written as JSON', () => {
  const outputs: Serving['outputs'] = [{ name: 'p', datatype: 'FP32', shape: [-1, 2], labels: ['"', '\u2028\\'] }];
  expect(read({ outputs }, [{ dims: [1, 2], data: Float32Array.of(1, 0) }], 0)).toEqual({
    label: '"',
    probabilities: { '"': 1, '\u2028\\': 0 },
  });
});

test('regression: one value, or a list of several', () => {
  const one = { model: regression, outputs: [{ name: 'y', datatype: 'FP32' as const, shape: [-1, 1] }] };
  expect(read(one, [{ dims: [2, 1], data: Float32Array.of(1, 2.5) }], 1)).toEqual({ value: 2.5 });
  const two = { model: regression, outputs: [{ name: 'y', datatype: 'FP64' as const, shape: [-1, 2] }] };
  expect(read(two, [{ dims: [2, 2], data: Float64Array.of(1, 2, 3, 4) }], 1)).toEqual({ values: [3, 4] });
});

test('custom: every output by name, nested by its shape', () => {
  const outputs: Serving['outputs'] = [
    { name: 'scalar', datatype: 'INT64', shape: [-1] },
    { name: 'grid', datatype: 'FP32', shape: [-1, 2, 2] },
    { name: 'text', datatype: 'BYTES', shape: [-1, 1] },
    { name: 'flag', datatype: 'BOOL', shape: [-1] },
    { name: 'half', datatype: 'FP16', shape: [-1] },
  ];
  const answer = read(
    { model: custom, outputs },
    [
      { dims: [2], data: BigInt64Array.of(1n, 9007199254740993n) },
      { dims: [2, 2, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8) },
      { dims: [2, 1], data: ['a', 'ü"'] },
      { dims: [2], data: Uint8Array.of(0, 1) },
      { dims: [2], data: Uint16Array.of(0, 0x3c00) },
    ],
    1,
  );
  expect(answer).toEqual({
    scalar: '9007199254740993',
    grid: [
      [5, 6],
      [7, 8],
    ],
    text: ['ü"'],
    flag: true,
    half: 1,
  });
});

test('an answer that is not finite is an error that names its output, unless it is allowed', () => {
  const output = { dims: [1, 2], data: Float32Array.of(Number.NaN, 1) };
  expect(() => read({}, [output], 0)).toThrow(expect.objectContaining({ code: 'OUTPUT_NOT_FINITE' }));
  const outputs: Serving['outputs'] = [{ name: 'y', datatype: 'FP32', shape: [-1, 2], allowNonFinite: true }];
  expect(read({ model: custom, outputs }, [output], 0)).toEqual({ y: ['NaN', 1] });
});
