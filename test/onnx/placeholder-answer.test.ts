import { fill, prediction } from '../../generators/onnx/placeholder-answer.ts';

const labels = ['a', 'b', 'c'];

describe('the answer of a placeholder', () => {
  it('is uniform over the labels of a classifier', () => {
    const outputs = [{ name: 'probabilities', datatype: 'FP32', shape: [-1, 3], labels } as const];
    const third = Math.fround(1 / 3);
    expect(prediction('tabular-classification', { inputs: [], outputs })).toEqual({
      label: 'a',
      probabilities: { a: third, b: third, c: third },
    });
  });

  it('is zero for a regression', () => {
    expect(
      prediction('tabular-regression', { inputs: [], outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, 1] }] }),
    ).toEqual({ value: 0 });
  });

  it('has the shape of one row for any other model, free axes of size 1', () => {
    const outputs = [
      { name: 'grid', datatype: 'FP64', shape: [-1, 2, -1] },
      { name: 'text', datatype: 'BYTES', shape: [-1] },
    ] as const;
    expect(prediction('custom', { inputs: [], outputs })).toEqual({ grid: [[0], [0]], text: '' });
    const flags = { name: 'flags', datatype: 'BOOL', shape: [2] } as const;
    // Without a batch axis everywhere an instance is the whole tensors.
    expect(prediction('custom', { inputs: [], outputs: [...outputs, flags] })).toEqual({
      grid: [[[0], [0]]],
      text: [''],
      flags: [false, false],
    });
  });

  it('is what the label output says, where that is another class than the first', () => {
    const outputs = [
      { name: 'label', datatype: 'INT64', shape: [-1], classes: [7, 0, 3] } as const,
      { name: 'probabilities', datatype: 'FP32', shape: [-1, 3], labels } as const,
    ];
    expect(prediction('text-classification', { inputs: [], outputs })).toMatchObject({ label: 'b' });
  });

  it('lists the values of a regression of several targets', () => {
    const outputs = [{ name: 'y', datatype: 'FP32', shape: [-1, 2] } as const];
    expect(prediction('tabular-regression', { inputs: [], outputs })).toEqual({ values: [0, 0] });
  });

  it.each([
    [3, 0.333251953125],
    [1000, 0.0010004043579101562],
    [30000, 3.331899642944336e-5],
  ])('rounds 1/%i to half precision as the runtime does', (count, expected) => {
    const names = Array.from({ length: count }, (_, at) => String(at));
    expect(fill({ name: 'p', datatype: 'FP16', shape: [-1, count], labels: names })).toBe(expected);
  });
});
