import { takeIn } from '../../generators/onnx/intake.ts';
import { proposeSchema } from '../../generators/onnx/propose.ts';
import type { ModelSummary, ModelValue } from '../../generators/onnx/summary.ts';
import { modelPath } from './fixtures.ts';

const schemaOf = (name: string) => takeIn(modelPath(name)).schema;

describe('the proposed schema', () => {
  it('takes one input per column for named columns, texts among them', () => {
    const { modelType, inputs, unknown } = schemaOf('string-columns/model');
    expect(modelType).toBe('tabular-classification');
    expect(inputs).toEqual([
      { name: 'plan', datatype: 'BYTES', shape: [-1, 1], features: [{ name: 'plan' }] },
      { name: 'country', datatype: 'BYTES', shape: [-1, 1], features: [{ name: 'country' }] },
      { name: 'age', datatype: 'INT64', shape: [-1, 1], features: [{ name: 'age' }] },
      { name: 'spend', datatype: 'FP32', shape: [-1, 1], features: [{ name: 'spend' }] },
    ]);
    expect(unknown.map(({ path }) => path)).toEqual([0, 1, 2, 3].map((at) => `inputs[${at}].features`));
  });

  it('takes names from the metadata, and asks only for what is left', () => {
    const { inputs, outputs, unknown } = schemaOf('naive-bayes/model');
    expect(inputs[0]?.features?.map(({ name }) => name)).toEqual([
      'sepal_length',
      'sepal_width',
      'petal_length',
      'petal_width',
    ]);
    expect(outputs[1]).toEqual({ name: 'probabilities', datatype: 'FP32', shape: [-1, 3], labels: ['0', '10', '20'] });
    expect(unknown).toEqual([
      { kind: 'ranges', path: 'inputs[0].features', question: 'Units and ranges of the columns of X' },
      { kind: 'labels', path: 'outputs[1].labels', question: 'Names of the classes 0, 10, 20, if they have any' },
    ]);
  });

  it.each(['torch-mlp/model', 'torch-mlp/model-torchscript'])('stands in for names that nobody left (%s)', (name) => {
    const { modelType, inputs, outputs, unknown } = schemaOf(name);
    expect(modelType).toBe('tabular-classification');
    expect(inputs[0]?.features?.map((feature) => feature.name)).toEqual([
      'feature_0',
      'feature_1',
      'feature_2',
      'feature_3',
    ]);
    expect(outputs[0]?.labels).toEqual(['class_0', 'class_1', 'class_2']);
    expect(unknown.map(({ question }) => question)).toContain('Names of the classes of probabilities, in their order');
  });

  it('tells a regression', () => {
    const { modelType, outputs } = schemaOf('xgboost/model');
    expect([modelType, outputs]).toEqual([
      'tabular-regression',
      [{ name: 'variable', datatype: 'FP32', shape: [-1, 1] }],
    ]);
  });

  it('tells images, with the class names of their exporter', () => {
    const { modelType, inputs, outputs } = schemaOf('crafted/image');
    expect(modelType).toBe('image-classification');
    expect(inputs).toEqual([{ name: 'images', datatype: 'FP32', shape: [-1, 3, 224, 224] }]);
    expect(outputs[0]?.labels).toEqual(['cat', "dog's", 'fish']);
  });

  it('leaves out what is no tensor, says so, and asks for an unknown rank', () => {
    const { modelType, outputs, notes, unknown } = schemaOf('crafted/values');
    expect(modelType).toBe('custom');
    expect(outputs.map(({ name }) => name)).toEqual(['sum', 'same_ids']);
    expect(notes).toContain('output pieces is not served: seq(tensor(float)) is no tensor that the protocol can carry');
    expect(unknown).toContainEqual({
      kind: 'shape',
      path: 'outputs[0].shape',
      question: 'The sizes of the axes of sum',
    });
  });
});

describe('model types, by shapes alone', () => {
  const value = (name: string, datatype: ModelValue['datatype'], shape: ModelValue['shape']) =>
    ({ name, type: 'tensor', isTensor: true, datatype, shape }) as ModelValue;
  const scores = value('logits', 'FP32', ['n', 4]);
  const propose = (inputs: ModelValue[], outputs: ModelValue[], classLabels: string[] | null = null) =>
    proposeSchema({ inputs, outputs, classLabels, metadata: {} } as unknown as ModelSummary);

  it.each([
    ['text-classification', [value('text', 'BYTES', ['n', 1])], [scores]],
    [
      'text-classification',
      [value('input_ids', 'INT64', ['n', 't']), value('attention_mask', 'INT64', ['n', 't'])],
      [scores],
    ],
    ['image-classification', [value('pixels', 'UINT8', ['n', 28, 28, 1])], [scores]],
    ['custom', [value('x', 'FP32', ['n', 3])], [scores]],
    ['custom', [value('x', 'FP32', ['n', 3, 5])], [value('y', 'FP32', ['n'])]],
    ['tabular-classification', [value('x', 'FP32', ['n', 3])], [scores, value('label', 'INT64', ['n'])]],
    ['custom', [], [value('y', 'FP32', ['n'])]],
    // The distances of a clustering, or an embedding, beside the number of the nearest.
    ['custom', [value('x', 'FP32', ['n', 3])], [value('scores', 'FP32', ['n', 4]), value('label', 'INT64', ['n'])]],
    [
      'tabular-classification',
      [value('x', 'FP32', ['n', 3])],
      [value('scores', 'FP32', ['n', 4]), { ...value('label', 'INT64', ['n']), operator: 'ArgMax' }],
    ],
  ] as const)('%s', (modelType, inputs, outputs) => {
    expect(propose([...inputs], [...outputs]).modelType).toBe(modelType);
  });

  it('takes the label at its place for the class where the file does not say which values it has, and asks', () => {
    const x = value('x', 'FP32', ['n', 3]);
    const { outputs, unknown } = propose([x], [value('label', 'INT64', ['n']), scores]);
    expect(outputs[0]).toEqual({ name: 'label', datatype: 'INT64', shape: [-1], classes: [0, 1, 2, 3] });
    expect(unknown).toContainEqual({
      kind: 'classes',
      path: 'outputs[0].classes',
      question: 'The values of label that stand for the classes, in their order',
    });
  });

  it('leaves labels out that stand in one row for all rows, and says so', () => {
    const row = value('label', 'INT64', [1, null]);
    const probabilities = value('probabilities', 'FP32', [null, 2]);
    const { outputs, notes } = propose([value('x', 'FP32', [null, 3])], [row, probabilities], ['5', '15']);
    expect(outputs).toEqual([{ name: 'probabilities', datatype: 'FP32', shape: [-1, 2], labels: ['5', '15'] }]);
    expect(notes[0]).toMatch(/^output label is not served: it is \[1, rows\]/);
    // Where nothing is batched it takes nothing away.
    expect(propose([value('x', 'FP32', [1, 3])], [row, probabilities]).outputs).toHaveLength(2);
    expect(propose([value('x', 'FP32', [null, 3])], [row]).outputs).toHaveLength(1);
  });

  it('says what keeps requests from sharing a run', () => {
    const { notes } = propose([value('x', 'FP32', ['n', 3])], [scores, value('version', 'INT64', [1])]);
    expect(notes).toContain('requests share no run: the first axis of version is not that of the rows');
    expect(propose([value('x', 'FP32', [1, 3])], [scores]).notes.join()).not.toContain('share no run');
  });

  it('asks for what turns pictures and texts into tensors', () => {
    const ids = propose(
      [value('input_ids', 'INT64', ['n', 't']), value('attention_mask', 'INT64', ['n', 't'])],
      [scores],
    );
    expect(ids.inputs[0]?.text).toEqual({ tokenizer: 'model/tokenizer.json', tooLong: 'truncate' });
    expect(ids.inputs[1]?.text).toBeUndefined();
    expect(ids.unknown[0]?.path).toBe('inputs[0].text');
    expect(propose([value('x', 'FP32', ['n', 3, 8, 8])], [scores]).unknown[0]?.path).toBe('inputs[0].image');
  });

  it('fills a free axis of scores with the labels', () => {
    const { outputs } = propose([value('x', 'FP32', ['n', 3])], [value('p', 'FP32', [null, null])], ['a', 'b']);
    expect(outputs).toEqual([{ name: 'p', datatype: 'FP32', shape: [-1, 2], labels: ['a', 'b'] }]);
  });

  it('names columns once over all inputs, and none where an input has no axis for them', () => {
    const y = value('y', 'FP32', ['n', 1]);
    const { inputs } = propose(
      [value('a', 'FP32', ['n', 2]), value('b', 'FP32', ['n', 2]), value('c', 'FP32', ['n'])],
      [y],
    );
    expect(inputs.map(({ features }) => features?.map(({ name }) => name))).toEqual([
      ['a_0', 'a_1'],
      ['b_0', 'b_1'],
      undefined,
    ]);
  });

  it('takes the width of rows from the names in the metadata where the graph leaves it free', () => {
    const summary = { inputs: [value('x', 'FP32', ['n', null])], outputs: [value('y', 'FP32', ['n'])] };
    const { inputs } = proposeSchema({ ...summary, classLabels: null, metadata: { feature_names: 'a,b' } } as never);
    expect(inputs).toEqual([{ name: 'x', datatype: 'FP32', shape: [-1, 2], features: [{ name: 'a' }, { name: 'b' }] }]);
  });

  it('does not name the columns of very wide rows, and asks for a free width', () => {
    const [wide] = propose([value('x', 'FP32', ['n', 784])], [value('y', 'FP32', ['n'])]).inputs;
    expect(wide).toEqual({ name: 'x', datatype: 'FP32', shape: [-1, 784] });
    const free = propose([value('x', 'FP32', ['n', null])], [value('y', 'FP32', ['n'])]);
    expect(free.unknown[0]?.question).toBe('How many columns does x have, and which?');
  });
});
