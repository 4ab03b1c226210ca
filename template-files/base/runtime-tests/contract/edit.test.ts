import { editOutputs } from '../../runtime/contract/edit.ts';

const BLOCK = `outputs:
  - name: a
    datatype: FP32
    shape: [-1] # measured
    labels: [x, y]

  # kept
  - name: b
    activation: softmax
    shape:
      - -1
      - 2
runtime: {}
`;

test('values are replaced, and keys follow the shape; comments and all else stay', () => {
  const edits = [
    { output: 0, key: 'shape', value: [-1, 2] },
    { output: 0, key: 'activation', value: 'none' },
    { output: 1, key: 'activation', value: 'none' },
  ] as const;
  expect(editOutputs(BLOCK, edits)).toBe(
    BLOCK.replace('[-1] # measured', '[-1, 2] # measured\n    activation: none').replace('softmax', 'none'),
  );
});

test('a key follows a shape that is a block', () => {
  const text = BLOCK.replace('    activation: softmax\n', '');
  expect(editOutputs(text, [{ output: 1, key: 'activation', value: 'none' }])).toBe(
    text.replace('      - 2\n', '      - 2\n    activation: none\n'),
  );
});

test('an output on one line stays on it', () => {
  const text = 'outputs: [{ name: a, shape: [-1, 2], labels: [x, y] }]\n';
  expect(editOutputs(text, [{ output: 0, key: 'activation', value: 'none' }])).toBe(
    'outputs: [{ name: a, shape: [-1, 2], activation: none, labels: [x, y] }]\n',
  );
});

test('what is not there is not written', () => {
  expect(editOutputs(BLOCK, [{ output: 7, key: 'shape', value: [1] }])).toBe(BLOCK);
});
