import { takeIn } from '../../generators/onnx/intake.ts';
import { changeInterface } from '../../generators/onnx/interface.ts';
import { modelPath } from './fixtures.ts';

const import_ = (name: string) => takeIn(modelPath(`rows/${name}`));
const shown = (name: string) => import_(name).summary.mixing ?? [];

test.each([
  ['mean', 'ReduceMean over the axis of the rows'],
  ['softmax', 'Softmax over the axis of the rows'],
  ['cumsum', 'CumSum over the axis of the rows'],
  ['sort', 'TopK over the axis of the rows'],
  ['quantized', 'DynamicQuantizeLinear takes one scale for all rows'],
  ['lstm', 'LSTM takes the axis of the rows for the sequence'],
  ['attention', 'MatMul multiplies rows with other rows'],
  ['faint', 'ReduceMean over the axis of the rows'],
  ['scalar', 'ReduceSum over all axes, those of the rows among them'],
  ['found', 'NonZero answers for all rows in one list'],
])('%s: the operator that mixes rows is named', (name, reason) => {
  expect(shown(name)).toEqual([reason]);
});

test.each(['independent', 'transposed', 'transposed-unnamed'])('%s: no operator mixes rows', (name) => {
  expect(shown(name)).toEqual([]);
});

test('what cannot be seen in the graph is left to the trial', () => {
  for (const name of ['size', 'place', 'random']) expect(shown(name)).toEqual([]);
});

test.each(['transposed', 'transposed-unnamed'])(
  '%s: an output whose batch is not first is proposed to be served whole',
  (name) => {
    const { outputs, notes } = import_(name).schema;
    expect(outputs).toEqual([{ name: 'y', datatype: 'FP32', shape: [-1, -1, 3], perRow: false }]);
    expect(notes).toContain('requests share no run: the first axis of y is not that of the rows');
  },
);

test('a list over all rows is proposed to be served whole', () => {
  expect(import_('found').schema.outputs).toEqual([{ name: 'y', datatype: 'INT64', shape: [-1, 2], perRow: false }]);
});

test('an output that loses its rows in another release is another interface', () => {
  const { propose } = import_('transposed');
  const before = { ...propose('custom'), outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, -1, 3] }] } as const;
  expect(changeInterface(before, propose('custom')).differences).toEqual([
    'the first axis of output y was that of the rows and is another one: an instance is the whole tensors',
  ]);
  expect(changeInterface(propose('custom'), propose('custom')).differences).toEqual([]);
});

test('the proposal says that requests are neither merged nor split, and why', () => {
  expect(import_('mean').schema.notes).toContain(
    'requests are neither merged nor split where the trial at the start confirms that the answer to a row depends on other rows (ReduceMean over the axis of the rows)',
  );
  expect(import_('independent').schema.notes.join()).not.toContain('merged');
});

test.each([
  'lightgbm/model',
  'xgboost/model',
  'naive-bayes/model',
  'svc-platt/model',
  'torch-mlp/model',
  'token-ids/model',
  'torch-mlp/model-torchscript',
  '../../template-files/samples/tabular-regression/model',
  '../../template-files/samples/text-classification/model',
  '../../template-files/samples/image-classification/model',
  '../../template-files/samples/custom/model',
  '../../template-files/base/model/model',
  'string-columns/model',
  'zipmap-int/model',
])('%s: a real model of independent rows is not suspected', (name) => {
  const { mixing, outputs } = takeIn(modelPath(name)).summary;
  expect([mixing ?? [], outputs.filter(({ perRow }) => perRow === false)]).toEqual([[], []]);
});
