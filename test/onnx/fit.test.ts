import { fitProblems } from '../../generators/onnx/fit.ts';
import { takeIn } from '../../generators/onnx/intake.ts';
import type { Interface } from '../../generators/tensor.ts';
import { modelPath } from './fixtures.ts';

const { schema, summary } = takeIn(modelPath('zipmap-int/model'));
const proposed: Interface = { inputs: schema.inputs, outputs: schema.outputs };

test('a proposal fits its own model, with fewer outputs too', () => {
  expect(fitProblems(proposed, summary)).toEqual([]);
  expect(fitProblems({ ...proposed, outputs: proposed.outputs.slice(1) }, summary)).toEqual([]);
});

test.each<[string, Interface, RegExp]>([
  ['a name', { ...proposed, inputs: [{ name: 'y', datatype: 'FP32', shape: [-1, 4] }] }, /"y": the model's are X/],
  ['a type', { ...proposed, inputs: [{ name: 'X', datatype: 'FP64', shape: [-1, 4] }] }, /has FP32, not FP64/],
  [
    'a width',
    { ...proposed, inputs: [{ name: 'X', datatype: 'FP32', shape: [-1, 5] }] },
    /has \[-1, 4\], not \[-1, 5\]/,
  ],
  ['a fixed batch', { ...proposed, inputs: [{ name: 'X', datatype: 'FP32', shape: [1, 4] }] }, /not \[1, 4\]/],
  ['no input', { ...proposed, inputs: [] }, /"X" is missing/],
])('%s that is not the model’s is named', (_what, declared, message) => {
  expect(fitProblems(declared, summary).join('\n')).toMatch(message);
});

test('an output may be promised as free where the model has a size, an input may not', () => {
  const free = (side: 'inputs' | 'outputs') => {
    const tensors = proposed[side].map((tensor) => ({ ...tensor, shape: tensor.shape.map(() => -1) }));
    return fitProblems({ ...proposed, [side]: tensors }, summary);
  };
  expect(free('outputs')).toEqual([]);
  expect(free('inputs')).toEqual([expect.stringMatching(/has \[-1, 4\], not \[-1, -1\]/)]);
});
