import { changeInterface } from '../../generators/onnx/interface.ts';
import type { ProposedSchema } from '../../generators/onnx/propose.ts';
import type { TensorSpec } from '../../generators/tensor.ts';

const x: TensorSpec = {
  name: 'x',
  datatype: 'FP32',
  shape: [-1, 2],
  features: [{ name: 'age', unit: 'years', min: 0 }, { name: 'spend' }],
  outOfRange: 'refuse',
};
const y: TensorSpec = { name: 'y', datatype: 'FP32', shape: [-1, 2], labels: ['no', 'yes'] };
const bare = ({ name, datatype, shape }: TensorSpec): TensorSpec => ({ name, datatype, shape });

function change(inputs: TensorSpec[], outputs: TensorSpec[]) {
  const proposed = { modelType: 'tabular-classification', inputs, outputs, notes: [], unknown: [] } as ProposedSchema;
  return changeInterface({ inputs: [x], outputs: [y] }, proposed);
}

test('the same tensors: nothing changes, and what people wrote stays', () => {
  const named = { ...bare(x), features: [{ name: 'feature_0' }, { name: 'feature_1' }] };
  const numbered = { ...bare(y), labels: ['0', '1'] };
  expect(change([named], [numbered])).toEqual({ inputs: [x], outputs: [y], differences: [] });
});

test('an axis that the graph leaves free stays as serving.yaml fixed it, and outputs that nobody served stay out', () => {
  const other: TensorSpec = { name: 'label', datatype: 'INT64', shape: [-1] };
  expect(change([bare(x)], [other, { ...bare(y), shape: [-1, -1] }]).differences).toEqual([]);
});

test.each([
  ['an input more', [bare(x), { ...bare(x), name: 'z', datatype: 'BYTES' }], [y], 'input z is new: BYTES [-1, 2]'],
  ['another type', [{ ...bare(x), datatype: 'FP64' }], [y], 'input x was FP32 and is FP64'],
  ['another width', [{ ...bare(x), shape: [-1, 3] }], [y], 'input x was [-1, 2] and is [-1, 3]'],
  ['the batch fixed', [{ ...bare(x), shape: [1, 2] }], [y], 'input x was [-1, 2] and is [1, 2]'],
  ['another name', [{ ...bare(x), name: 'X' }], [y], 'input x is now called X'],
  [
    'other classes',
    [x],
    [{ ...y, labels: ['stays', 'leaves'] }],
    'the classes of output y were no, yes and are stays, leaves',
  ],
  [
    'other columns',
    [{ ...x, features: [{ name: 'spend' }, { name: 'age' }] }],
    [y],
    'the columns of input x were age, spend and are spend, age',
  ],
] as [string, TensorSpec[], TensorSpec[], string][])('%s is a difference', (_what, inputs, outputs, difference) => {
  expect(change(inputs, outputs).differences).toEqual([difference]);
});

test('a size that an output has where serving.yaml promises none changes nothing; that of an input does', () => {
  const before = {
    inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, -1] } as const],
    outputs: [{ ...bare(y), shape: [-1, -1] }],
  };
  const proposed = { modelType: 'custom', notes: [], unknown: [] } as unknown as ProposedSchema;
  const now = { ...proposed, inputs: before.inputs, outputs: [bare(y)] };
  expect(changeInterface(before, now)).toEqual({ ...before, differences: [] });
  const fixed = { ...now, inputs: [bare(x)] };
  expect(changeInterface(before, fixed).differences).toEqual(['input x was [-1, -1] and is [-1, 2]']);
});

test('several labels in the place of one are a difference, and what was decided about one goes', () => {
  const proposed = { modelType: 'tabular-classification', inputs: [bare(x)], notes: [], unknown: [] } as const;
  const many = { ...bare(y), labels: ['class_0', 'class_1'], multiLabel: true };
  const before = { inputs: [x], outputs: [{ ...y, activation: 'softmax', topK: 1 } as const] };
  const { outputs, differences } = changeInterface(before, { ...proposed, outputs: [many] });
  expect(differences).toEqual(['the predictions of output y were one label a row and are several']);
  expect(outputs).toEqual([{ ...bare(y), labels: ['no', 'yes'], multiLabel: true, topK: 1 }]);
});

test('an output that is gone, and one that is new', () => {
  expect(change([x], [{ name: 'score', datatype: 'FP64', shape: [-1] }]).differences).toEqual([
    'output y is gone',
    'output score is new: FP64 [-1]',
  ]);
});

test('what people wrote moves along with a new name or type', () => {
  expect(change([{ ...bare(x), name: 'X' }], [y]).inputs).toEqual([{ ...x, name: 'X' }]);
  expect(change([{ ...bare(x), datatype: 'FP64' }], [y]).inputs).toEqual([{ ...x, datatype: 'FP64' }]);
  expect(change([{ ...bare(x), shape: [-1, 3] }], [y]).inputs).toEqual([{ ...bare(x), shape: [-1, 3] }]);
});

describe('the values that stand for the classes', () => {
  const own: TensorSpec = { name: 'label', datatype: 'INT64', shape: [-1] };
  const scores = (labels: string[]): TensorSpec => ({ name: 'p', datatype: 'FP32', shape: [-1, 3], labels });
  const names = ['setosa', 'versicolor', 'virginica'];
  const before = [{ ...own, classes: [0, 1, 2] }, scores(names)];
  const release = (old: TensorSpec[], outputs: TensorSpec[], unknown: ProposedSchema['unknown'] = []) => {
    const proposed = {
      modelType: 'tabular-classification',
      inputs: [x],
      outputs,
      notes: [],
      unknown,
    } as ProposedSchema;
    const { outputs: found, differences } = changeInterface({ inputs: [x], outputs: old }, proposed);
    return { classes: found[0]?.classes, labels: found.at(-1)?.labels, differences };
  };

  test('other ones: the names do not fit them, and are gone', () => {
    const now = [{ ...own, classes: [1, 2, 3] }, scores(['1', '2', '3'])];
    expect(release(before, now)).toEqual({
      classes: [1, 2, 3],
      labels: ['1', '2', '3'],
      differences: [
        'the values of the classes were 0, 1, 2 and are 1, 2, 3: what they were called says nothing of them, and they are now called 1, 2, 3',
      ],
    });
  });

  test('other ones with names of their own get those', () => {
    const { labels, differences } = release(before, [{ ...own, classes: [1, 2, 3] }, scores(['a', 'b', 'c'])]);
    expect(labels).toEqual(['a', 'b', 'c']);
    expect(differences).toHaveLength(2);
  });

  test('other ones of a service whose classes nobody has named', () => {
    const numbered = [scores(['5', '15', '25'])];
    expect(release(numbered, [scores(['5', '15', '35'])])).toMatchObject({
      labels: ['5', '15', '35'],
      differences: [expect.stringContaining('were 5, 15, 25 and are 5, 15, 35')],
    });
  });

  test('the same in another order take their names along', () => {
    expect(release(before, [{ ...own, classes: [2, 0, 1] }, scores(['2', '0', '1'])])).toEqual({
      classes: [2, 0, 1],
      labels: ['virginica', 'setosa', 'versicolor'],
      differences: [
        'the classes of output p were setosa, versicolor, virginica and are virginica, setosa, versicolor',
        'the classes in their order were 0, 1, 2 and are 2, 0, 1',
      ],
    });
  });

  test('the same keep the names that people gave, texts too', () => {
    const kept = { labels: names, differences: [] };
    expect(release(before, [{ ...own, classes: [0, 1, 2] }, scores(['0', '1', '2'])])).toMatchObject(kept);
    const texts: TensorSpec = { ...own, datatype: 'BYTES' };
    const old = [{ ...texts, classes: ['a', 'b', 'c'] }, scores(names)];
    expect(release(old, [texts, scores(['a', 'b', 'c'])])).toEqual({ ...kept, classes: ['a', 'b', 'c'] });
  });

  test('what only stands in for them contradicts nothing', () => {
    const unknown = [{ kind: 'classes', path: 'outputs[0].classes', question: '' }] as const;
    const old = [{ ...own, classes: [1, 2, 3] }, scores(names)];
    const now = [{ ...own, classes: [0, 1, 2] }, scores(['class_0', 'class_1', 'class_2'])];
    expect(release(old, now, unknown)).toEqual({ classes: [1, 2, 3], labels: names, differences: [] });
  });
});

describe('texts whose case the new model changes itself', () => {
  const text: TensorSpec = { name: 'text', datatype: 'BYTES', shape: [-1, 1] };
  const released = (before: TensorSpec['text'], now: TensorSpec['text']) => {
    const proposed = { modelType: 'text-classification', inputs: [{ ...text, text: now }], outputs: [y], unknown: [] };
    const old = before ? { ...text, text: before } : text;
    return changeInterface({ inputs: [old], outputs: [y] }, proposed as unknown as ProposedSchema);
  };

  test('get small letters as in Python, which is no change for clients, unless it was decided otherwise', () => {
    const { inputs, differences } = released({ trim: true }, { lowercase: true });
    expect([inputs[0]?.text, differences]).toEqual([{ trim: true, lowercase: true }, []]);
    expect(released(undefined, { lowercase: true }).inputs[0]?.text).toEqual({ lowercase: true });
    expect(released({ lowercase: false }, { lowercase: true }).inputs[0]?.text).toEqual({ lowercase: false });
    expect(released({ lowercase: true }, undefined).inputs[0]?.text).toEqual({ lowercase: true });
  });
});
