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
