import { bytesSource } from '../../generators/onnx/source.ts';
import { readModel, summarise } from '../../generators/onnx/summary.ts';
import { modelBytes } from './fixtures.ts';

function summaryOf(name: string) {
  const source = bytesSource(modelBytes(name), name);
  return summarise(source, readModel(source));
}

describe('the summary of a model', () => {
  it('names versions, opsets and producer', () => {
    const { irVersion, opsets, producer, modelVersion } = summaryOf('crafted/values');
    expect({ irVersion, opsets, producer, modelVersion }).toEqual({
      irVersion: 3,
      opsets: [{ domain: 'ai.onnx', version: 17 }],
      producer: { name: 'crafted', version: '' },
      modelVersion: '7',
    });
  });

  it('lists inputs with symbolic, unnamed and fixed axes, and not the weights among them', () => {
    expect(summaryOf('crafted/values').inputs).toEqual([
      { name: 'x', type: 'tensor(float)', isTensor: true, datatype: 'FP32', shape: ['batch', null, 3] },
      { name: 'fixed', type: 'tensor(float)', isTensor: true, datatype: 'FP32', shape: [2] },
      { name: 'ids', type: 'tensor(int64)', isTensor: true, datatype: 'INT64', shape: [] },
    ]);
  });

  it('tells outputs that are no tensors, and those of unknown rank', () => {
    expect(summaryOf('crafted/values').outputs).toEqual([
      { name: 'sum', type: 'tensor(float)', isTensor: true, datatype: 'FP32', operator: 'Add' },
      { name: 'pieces', type: 'seq(tensor(float))', isTensor: false, operator: 'SequenceConstruct' },
      { name: 'maybe', type: 'optional(tensor(float))', isTensor: false, operator: 'Optional' },
      { name: 'same_ids', type: 'tensor(int64)', isTensor: true, datatype: 'INT64', shape: [], operator: 'Identity' },
    ]);
    const [, maps] = summaryOf('zipmap-string/model').outputs;
    expect(maps).toMatchObject({ type: 'seq(map(string,tensor(float)))', isTensor: false });
  });

  it('counts the operators and weights inside the branches of an If', () => {
    const { operators, weights } = summaryOf('crafted/nested');
    expect(operators.map(({ type, count }) => [type, count])).toEqual([
      ['Add', 2],
      ['If', 1],
      ['Neg', 1],
      ['Relu', 1],
    ]);
    expect(weights).toEqual({ tensors: 2, parameters: 4 });
  });

  it('finds the class labels of trees, of a constant behind the label, and of nobody', () => {
    expect(summaryOf('zipmap-int/model').classLabels).toEqual(['0', '1', '2']);
    expect(summaryOf('naive-bayes/model').classLabels).toEqual(['0', '10', '20']);
    expect(summaryOf('string-columns/model').classLabels).toEqual(['leaves', 'stays']);
    expect(summaryOf('torch-mlp/model').classLabels).toBeNull();
  });
});
