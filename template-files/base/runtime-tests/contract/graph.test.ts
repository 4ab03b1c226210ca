import { type Graph, graphProblems } from '../../runtime/contract/graph.ts';
import { serving } from '../helpers/serving.ts';

const graph: Graph = {
  inputs: [{ name: 'x', datatype: 'FP32', type: 'float32', shape: [-1, 2] }],
  outputs: [
    { name: 'label', datatype: 'INT64', type: 'int64', shape: [-1] },
    { name: 'p', datatype: 'FP32', type: 'float32', shape: [-1, 2] },
  ],
};

const fields = (changed: Partial<Graph>) =>
  graphProblems(serving(), { ...graph, ...changed }).map(({ field }) => field);

test('outputs that are not listed are no problem', () => {
  expect(fields({})).toEqual([]);
});

test.each<[string, Partial<Graph>, string[]]>([
  [
    'another name',
    { inputs: [{ name: 'z', datatype: 'FP32', type: 'float32', shape: [-1, 2] }] },
    ['inputs[0].name', 'inputs'],
  ],
  [
    'another datatype',
    { inputs: [{ name: 'x', datatype: 'FP64', type: 'float64', shape: [-1, 2] }] },
    ['inputs[0].datatype'],
  ],
  [
    'another width',
    { inputs: [{ name: 'x', datatype: 'FP32', type: 'float32', shape: [-1, 3] }] },
    ['inputs[0].shape'],
  ],
  ['another rank', { inputs: [{ name: 'x', datatype: 'FP32', type: 'float32', shape: [-1] }] }, ['inputs[0].shape']],
  ['a fixed batch', { inputs: [{ name: 'x', datatype: 'FP32', type: 'float32', shape: [1, 2] }] }, ['inputs[0].shape']],
  [
    'a map',
    { outputs: [{ name: 'p', datatype: undefined, type: 'a sequence or map', shape: [] }] },
    ['outputs[0].datatype'],
  ],
])('%s is named', (_, changed, expected) => {
  expect(fields(changed)).toEqual(expected);
});

test('an axis that the exporter left free may be fixed, the batch may not', () => {
  expect(fields({ inputs: [{ name: 'x', datatype: 'FP32', type: 'float32', shape: [-1, -1] }] })).toEqual([]);
  const fixedBatch = serving({ inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2] }] });
  expect(graphProblems(fixedBatch, graph).map(({ field }) => field)).toEqual(['inputs[0].shape']);
});

describe('an output whose shape the runtime knows better than the file', () => {
  const fieldsOf = (promised: readonly number[], actual: readonly number[], input: readonly number[] = [-1, 2]) => {
    const x = { name: 'x', datatype: 'FP32', type: 'float32' } as const;
    const contract = serving({
      inputs: [{ ...x, shape: input }],
      outputs: [{ name: 'y', datatype: 'FP32', shape: promised }],
    });
    const outputs = [{ name: 'y', datatype: 'FP32', type: 'float32', shape: actual }] as const;
    return graphProblems(contract, { inputs: [{ ...x, shape: input }], outputs }).map(({ field }) => field);
  };

  test.each([
    ['a size in the place of a free axis', [-1, -1, 8], [-1, 1, 8]],
    ['an axis of one more', [-1], [-1, 1]],
    ['an axis of one less', [-1, 1], [-1]],
  ])('%s agrees', (_, promised, actual) => {
    expect(fieldsOf(promised, actual)).toEqual([]);
  });

  test('a size in the place of a free first axis agrees where an instance is the whole tensors', () => {
    expect(fieldsOf([1, -1, 8], [1, 1, 8], [1, 1, 8])).toEqual([]);
    expect(fieldsOf([-1, 8], [1, 8], [1, 8])).toEqual([]);
    expect(fieldsOf([-1, 8], [1, 8])).toEqual(['outputs[0].shape']);
  });

  test.each([
    ['another size', [-1, 3], [-1, 4]],
    ['more values in a row', [-1], [-1, 3]],
    ['another number of axes of unknown size', [-1, -1], [-1, 3, 4]],
  ])('%s is a problem', (_, promised, actual) => {
    expect(fieldsOf(promised, actual)).toEqual(['outputs[0].shape']);
  });
});

test('a name of maps that were taken out is answered with the tensors, and with what becomes of maps', () => {
  const outputs: Graph['outputs'] = [
    { name: 'label', datatype: 'INT64', type: 'int64', shape: [-1] },
    { name: 'maps', datatype: undefined, type: 'a sequence or map', shape: [] },
  ];
  expect(graphProblems(serving(), { ...graph, outputs })).toEqual([
    {
      field: 'outputs[0].name',
      expected: "one of the model's: label",
      found: 'p',
      mend: expect.stringMatching(/"maps" is a sequence or map\. .* cannot be served: take the model in/),
    },
  ]);
});
