import { decode } from '../../generators/onnx/decode.ts';
import { MODEL } from '../../generators/onnx/schema.ts';
import { bytesSource } from '../../generators/onnx/source.ts';
import { imported, modelBytes, modelPath } from './fixtures.ts';

const TEXT = 'output probabilities was declared as [N, 2] and held one score a row: it now holds those of both classes';

it('a classifier of two classes answers both scores, as it declares', () => {
  const { bytes, changes, schema } = imported(modelPath('crafted/one-score'));
  expect(changes).toEqual([TEXT]);
  const nodes = decode(bytesSource(bytes), MODEL).graph?.nodes ?? [];
  expect(nodes.map(({ opType }) => opType)).toEqual(['LinearClassifier', 'Identity']);
  expect(nodes[1]).toMatchObject({ inputs: ['raw'], outputs: ['probabilities'] });
  expect(schema).toMatchObject({
    modelType: 'tabular-classification',
    outputs: [{ classes: [3, 5] }, { shape: [-1, 2], labels: ['3', '5'] }],
  });
});

it('a label that is picked from a list of classes stays as it is', () => {
  const { changes, bytes, schema } = imported(modelPath('crafted/labels-in-a-row'));
  expect([changes, Buffer.from(bytes).equals(modelBytes('crafted/labels-in-a-row'))]).toEqual([[], true]);
  expect(schema.outputs).toMatchObject([{ name: 'probabilities', labels: ['5', '15'] }]);
});
