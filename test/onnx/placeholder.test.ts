import { takeIn } from '../../generators/onnx/intake.ts';
import { placeholderModel } from '../../generators/onnx/placeholder.ts';
import { DATATYPES, type TensorSpec } from '../../generators/tensor.ts';

const SHAPES = [[-1], [-1, 3], [-1, 2, -1], [], [2, 2]];
const specs = (prefix: string): TensorSpec[] =>
  DATATYPES.flatMap((datatype) =>
    SHAPES.map((shape, at) => ({ name: `${prefix} ${datatype} ${at}`, datatype, shape })),
  );

describe('a placeholder model', () => {
  it('has the declared inputs and outputs, of every datatype and shape', () => {
    const inputs = specs('in');
    const outputs = specs('out');
    const { schema, summary, changes } = takeIn(placeholderModel({ inputs, outputs }).bytes);
    const bare = (list: readonly TensorSpec[]) => list.map(({ name, datatype, shape }) => ({ name, datatype, shape }));
    expect(bare(schema.inputs)).toEqual(inputs);
    expect(bare(schema.outputs)).toEqual(outputs);
    expect([summary.metadata, summary.producer.name, changes]).toEqual([
      { placeholder: 'true' },
      'create-ml-serving',
      [],
    ]);
  });

  it('takes the number of rows from the first input that leaves it free, only where an output needs it', () => {
    const operators = (inputShape: number[], outputShape: number[]) => {
      const input = { name: 'x', datatype: 'FP32', shape: inputShape } as const;
      const output = { name: 'y', datatype: 'FP32', shape: outputShape } as const;
      const { summary } = takeIn(placeholderModel({ inputs: [input], outputs: [output] }).bytes);
      return summary.operators.map(({ type }) => type);
    };
    expect(operators([-1, 4], [-1, 3])).toEqual(expect.arrayContaining(['Shape', 'Concat', 'Expand']));
    expect(operators([1, 4], [-1, 3])).not.toContain('Concat');
    expect(operators([-1, 4], [2])).not.toContain('Concat');
  });

  it('answers with the same bytes every time', () => {
    const declared = { inputs: specs('in'), outputs: specs('out') };
    expect(placeholderModel(declared).bytes).toEqual(placeholderModel(declared).bytes);
  });
});
