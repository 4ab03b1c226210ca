import type { Serving } from '../../runtime/contract/serving.ts';
import { hasColumns } from '../../runtime/inference/preprocess/columns.ts';
import { createEncoder } from '../../runtime/inference/preprocess/encoder.ts';
import type { Block } from '../../runtime/inference/tensor.ts';
import { serving } from '../helpers/serving.ts';

function setUp(changes: Partial<Serving> = {}) {
  const counted: string[] = [];
  const encode = createEncoder(serving(changes), (feature, reason) => counted.push(`${feature}:${reason}`));
  return { counted, encode: (instances: unknown[]) => encode(instances) as readonly Block[] };
}

const custom = { ...serving().model, type: 'custom' as const };

test('objects by name and lists in order are the same rows', () => {
  const { encode } = setUp();
  const [block] = encode([{ b: 2, a: 1 }, [3, 4]]);
  expect(block).toEqual({ rows: 2, key: '', tensors: [{ dims: [2, 2], data: Float32Array.of(1, 2, 3, 4) }] });
});

test.each([
  [[{ a: 1 }], 'instances[0].b: expected a number within the range of a 32-bit float, found nothing'],
  [[{ a: 1, b: null }], 'instances[0].b'],
  [[{ a: 1, b: '2' }], 'instances[0].b: expected a number within the range of a 32-bit float, found "2"'],
  [[{ a: 1, b: 2, c: 3 }], 'instances[0]: expected only a, b, found "c"'],
  [[{ a: 1, c: 3 }], 'instances[0]: expected only a, b, found "c"'],
  [[[1, 2], [1]], 'instances[1]: expected 2 values (a, b), found a list of 1'],
  [[[1, [2]]], 'instances[0][1] (b)'],
  [[5], 'instances[0]: expected an object with a, b, found 5'],
  [[null], 'instances[0]'],
  [[JSON.parse('{"__proto__": {"a": 1}, "b": 2}')], 'instances[0]: expected only a, b, found "__proto__"'],
  [[{ a: 1e39, b: 1 }], 'instances[0].a'],
])('%j is refused with its place', (instances, message) => {
  expect(() => setUp().encode(instances)).toThrow(message);
});

test('values out of range are counted, and refused only where the contract says so', () => {
  const accepting = setUp();
  accepting.encode([[11, 1]]);
  expect(accepting.counted).toEqual(['a:out_of_range']);
  const [input] = serving().inputs;
  const refusing = setUp({ inputs: input ? [{ ...input, outOfRange: 'refuse' }] : [] });
  expect(() => refusing.encode([[11, 1]])).toThrow('expected a value from 0 to 10, found 11');
});

test('missing values become NaN or an empty string where they are allowed', () => {
  const { encode, counted } = setUp({
    inputs: [
      { name: 'x', datatype: 'FP32', shape: [-1, 2], features: [{ name: 'a', nullable: true }, { name: 'b' }] },
      {
        name: 'colour',
        datatype: 'BYTES',
        shape: [-1, 1],
        features: [{ name: 'colour', categories: ['red'], nullable: true }],
      },
      { name: 'count', datatype: 'INT64', shape: [-1, 1] },
    ],
  });
  const [block] = encode([
    { a: null, b: 1, colour: 'red', count: 5 },
    { b: 2, count: '9007199254740993' },
    { a: 3, b: 2, colour: 'blue', count: 0 },
  ]);
  expect(block?.tensors.map(({ data }) => [...data])).toEqual([
    [Number.NaN, 1, Number.NaN, 2, 3, 2],
    ['red', '', 'blue'],
    [5n, 9007199254740993n, 0n],
  ]);
  expect(counted).toEqual(['a:missing', 'a:missing', 'colour:missing', 'colour:unseen_category']);
});

test('a null says how its column could take it, where it could', () => {
  const { encode } = setUp({
    inputs: [
      { name: 'x', datatype: 'FP64', shape: [-1, 1] },
      { name: 'count', datatype: 'INT32', shape: [-1, 1] },
    ],
  });
  expect(() => encode([{ x: null, count: 1 }])).toThrow(
    'instances[0].x: expected a number (or null, with nullable: true in serving.yaml), found null',
  );
  expect(() => encode([{ count: 1 }])).toThrow('instances[0].x: expected a number, found nothing');
  expect(() => encode([{ x: 1, count: null }])).toThrow(/^instances\[0\]\.count: expected an? [^(]*, found null$/);
});

test('NaN and Infinity are words, where they are allowed', () => {
  const [input] = serving().inputs;
  const { encode } = setUp({ inputs: input ? [{ ...input, allowNonFinite: true }] : [] });
  expect([...(encode([['NaN', '-Infinity']])[0]?.tensors[0]?.data ?? [])]).toEqual([
    Number.NaN,
    Number.NEGATIVE_INFINITY,
  ]);
  expect(() => setUp().encode([['NaN', 1]])).toThrow('instances[0][0] (a)');
});

describe('custom models', () => {
  const inputs: Serving['inputs'] = [
    { name: 'grid', datatype: 'FP32', shape: [-1, 2, 2] },
    { name: 'ids', datatype: 'INT64', shape: [-1, -1] },
  ];

  test('tensors are nested or flat; neighbours of one shape share a block', () => {
    const { encode } = setUp({ model: custom, inputs });
    const blocks = encode([
      {
        grid: [
          [1, 2],
          [3, 4],
        ],
        ids: [1, 2],
      },
      { grid: [5, 6, 7, 8], ids: [3, 4] },
      { grid: [9, 9, 9, 9], ids: [5] },
    ]);
    expect(blocks.map(({ rows, key }) => [rows, key])).toEqual([
      [2, '2x2,2'],
      [1, '2x2,1'],
    ]);
    expect(blocks[0]?.tensors[0]).toEqual({ dims: [2, 2, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8) });
    expect(blocks[0]?.tensors[1]).toEqual({ dims: [2, 2], data: BigInt64Array.of(1n, 2n, 3n, 4n) });
  });

  test.each([
    [{ grid: [1, 2, 3], ids: [1] }, 'instances[0].grid: expected 4 values (shape [2, 2]), found a list of 3'],
    [{ grid: [[1, 2], [3]], ids: [1] }, 'instances[0].grid[1]: expected 2 values'],
    [{ grid: [[1, 2], 3], ids: [1] }, 'instances[0].grid[1]: expected a list'],
    [
      {
        grid: [
          [1, 2],
          [3, 'x'],
        ],
        ids: [1],
      },
      'instances[0].grid[1][1]: expected a number',
    ],
    [{ grid: [1, 2, 3, 4] }, 'instances[0].ids: expected the input "ids", found nothing'],
    [{ grid: [1, 2, 3, 4], ids: [] }, 'instances[0].ids: expected at least one value'],
    [{ grid: [1, 2, 3, 4], ids: 7 }, 'instances[0].ids: expected a list'],
    [{ grid: [1, 2, 3, 4], ids: [1], more: 1 }, 'instances[0]: expected only grid, ids, found "more"'],
    [[1, 2], 'instances[0]: expected an object with grid, ids'],
  ])('%j is refused with its place', (instance, message) => {
    expect(() => setUp({ model: custom, inputs }).encode([instance])).toThrow(message);
  });

  test('without a batch axis an instance is the whole tensor, with or without its axis of one', () => {
    const { encode } = setUp({ model: custom, inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2] }] });
    expect(encode([[[1, 2]], [3, 4]]).map(({ tensors }) => tensors[0])).toEqual([
      { dims: [1, 2], data: Float32Array.of(1, 2) },
      { dims: [1, 2], data: Float32Array.of(3, 4) },
    ]);
  });

  test('a scalar input takes a bare value', () => {
    const { encode } = setUp({ model: custom, inputs: [{ name: 'x', datatype: 'FP32', shape: [] }] });
    expect(encode([2, { x: 3 }]).map(({ tensors }) => [...(tensors[0]?.data ?? [])])).toEqual([[2], [3]]);
  });
});

test('pictures need code that is in the repositories of such models only', async () => {
  const model = { ...serving().model, type: 'image-classification' as const };
  const encoder = createEncoder(
    serving({ model, inputs: [{ name: 'x', datatype: 'UINT8', shape: [-1, 1, 2, 2] }] }),
    () => {},
  );
  await expect(encoder(['no picture'])).rejects.toMatchObject({
    code: expect.stringMatching(/^(CONFIG_INVALID|INVALID_INPUT)$/),
  });
});

test('two axes whose sizes are free are no column', () => {
  const input = { name: 'x', datatype: 'FP32' } as const;
  const shapes = [[-1], [-1, 1], [-1, 1, 1], [-1, -1, -1], [-1, -1, -1, 1], [-1, 2]];
  expect(shapes.map((shape) => hasColumns([{ ...input, shape }]))).toEqual([true, true, true, false, false, false]);
});

test('sizes that only the first lists have take no memory', () => {
  const { encode } = setUp({ model: custom, inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, -1, -1] }] });
  const instance = [new Array(200_000).fill(1), ...new Array(200_000).fill([])];
  expect(() => encode([instance])).toThrow(
    expect.objectContaining({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('instances[0].x[1]: expected 200000 values'),
    }),
  );
});
