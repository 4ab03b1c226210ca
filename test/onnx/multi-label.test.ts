import { takeIn } from '../../generators/onnx/intake.ts';
import { proposeSchema } from '../../generators/onnx/propose.ts';
import type { ModelSummary, ModelValue } from '../../generators/onnx/summary.ts';
import { modelPath } from './fixtures.ts';

const value = (name: string, datatype: ModelValue['datatype'], shape: ModelValue['shape'], more: object = {}) =>
  ({ name, type: 'tensor', isTensor: true, datatype, shape, ...more }) as ModelValue;
const x = value('x', 'FP32', ['n', 3]);
const propose = (outputs: ModelValue[], more: Partial<ModelSummary> = {}, inputs = [x]) =>
  proposeSchema({ inputs, outputs, classLabels: null, metadata: {}, ...more } as ModelSummary);

it('labels that are declared as one a row and are a yes or no for each are proposed as such', () => {
  const { modelType, outputs, notes } = takeIn(modelPath('crafted/multi-label')).schema;
  expect(modelType).toBe('tabular-classification');
  expect(outputs).toEqual([
    { name: 'label', datatype: 'INT64', shape: [-1, 3] },
    {
      name: 'probabilities',
      datatype: 'FP32',
      shape: [-1, 3],
      multiLabel: true,
      labels: ['class_0', 'class_1', 'class_2'],
    },
  ]);
  expect(notes.join()).toMatch(/several labels may apply to a row: label says yes or no to each label/);
});

it('scores that each come from a sigmoid of their own exclude nothing', () => {
  const { modelType, outputs } = takeIn(modelPath('crafted/sigmoids')).schema;
  expect([modelType, outputs[0]?.multiLabel, outputs[0]?.activation]).toEqual([
    'tabular-classification',
    true,
    undefined,
  ]);
});

it('names in the metadata are taken, the values of each yes or no are not', () => {
  const outputs = [value('p', 'FP32', ['n', 3]), value('own', 'BOOL', ['n', 3], { binary: true })];
  const named = propose(outputs, { classLabels: ['0', '1'], metadata: { class_names: 'red, green, blue' } });
  expect(named.outputs[0]?.labels).toEqual(['red', 'green', 'blue']);
  expect(propose(outputs, { classLabels: ['0', '1'] }).outputs[0]?.labels).toEqual(['class_0', 'class_1', 'class_2']);
});

it('integers that nothing shows to be a yes or no are something else: the places of neighbours', () => {
  const places = value('places', 'INT64', ['n', 3], { operator: 'TopK' });
  expect(propose([value('distances', 'FP32', ['n', 3]), places]).modelType).toBe('custom');
});

it('a model of more outputs, or whose yes and no is handed through, is something else', () => {
  const scores = value('p', 'FP32', ['n', 3]);
  const own = value('own', 'BOOL', ['n', 3]);
  expect(propose([scores, own]).modelType).toBe('custom');
  expect(propose([scores, { ...own, binary: true }, value('z', 'FP64', ['n', 3])]).modelType).toBe('custom');
  expect(takeIn(modelPath('protocol/datatypes')).schema.modelType).toBe('custom');
});

it('one score of a sigmoid is one number a row', () => {
  expect(propose([value('y', 'FP32', ['n', 1], { operator: 'Sigmoid' })]).modelType).toBe('tabular-regression');
});

describe('scores that are no probabilities', () => {
  it('are answered as scores until somebody names a step, which is asked', () => {
    const { outputs, unknown } = takeIn(modelPath('crafted/logits')).schema;
    expect(outputs[0]).toMatchObject({ name: 'logits', activation: 'none' });
    expect(unknown).toContainEqual({
      kind: 'activation',
      path: 'outputs[0].activation',
      question: expect.stringMatching(/^logits looks like scores, not probabilities: softmax/),
    });
  });

  it('get a sigmoid proposed where they exclude nothing', () => {
    const own = value('own', 'BOOL', ['n', 3], { binary: true });
    const { unknown } = propose([value('logits', 'FP32', ['n', 3]), own]);
    expect(unknown.find(({ kind }) => kind === 'activation')?.question).toMatch(/sigmoid makes probabilities/);
  });

  it('are not what comes from a softmax', () => {
    const { outputs } = propose([value('logits', 'FP32', ['n', 3], { operator: 'Softmax' })]);
    expect(outputs[0]?.activation).toBeUndefined();
  });
});

it('a custom model keeps the names of columns that its file holds', () => {
  const metadata = { feature_names: 'a, b, c' };
  const { modelType, inputs } = propose([value('y', 'INT32', ['n', 5])], { metadata });
  expect(modelType).toBe('custom');
  expect(inputs[0]?.features).toEqual([{ name: 'a' }, { name: 'b' }, { name: 'c' }]);
  const other = propose([value('y', 'INT32', ['n', 5])], { metadata }, [value('x', 'FP32', ['n', 4])]);
  expect(other.inputs[0]?.features).toBeUndefined();
});
