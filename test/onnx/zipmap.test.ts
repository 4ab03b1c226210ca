import { readFileSync } from 'node:fs';
import { decode } from '../../generators/onnx/decode.ts';
import { MODEL, type Model, type Span } from '../../generators/onnx/schema.ts';
import { bytesSource } from '../../generators/onnx/source.ts';
import { imported, modelBytes, modelPath } from './fixtures.ts';

function read(bytes: Uint8Array): Model {
  return decode(bytesSource(bytes), MODEL);
}

const cut = (bytes: Uint8Array, { tag, end }: Span) => Buffer.from(bytes.subarray(tag, end)).toString('hex');

describe('a model that ends in ZipMap', () => {
  it('answers probabilities in the stead of maps, and says so', () => {
    const { summary, changes } = imported(modelPath('zipmap-int/model'));
    expect(summary.outputs).toEqual([
      expect.objectContaining({ name: 'output_label', type: 'tensor(int64)' }),
      expect.objectContaining({ name: 'probabilities', datatype: 'FP32', shape: ['N', 3] }),
    ]);
    expect(summary.operators.map(({ type }) => type)).not.toContain('ZipMap');
    expect(changes).toEqual([
      'ZipMap dropped: output output_probability, a list of maps, is now probabilities, FP32 [N, 3]; its classes are 0, 1, 2',
    ]);
  });

  it('takes class names over, those beyond ASCII too', () => {
    const { schema } = imported(modelPath('zipmap-string/model'));
    expect(schema.outputs[1]?.labels).toEqual(["Barbera d'Asti è", 'Barolo', 'Grignolino']);
  });

  it('keeps every other byte, in its order', () => {
    const original = modelBytes('zipmap-int/model');
    const { bytes } = imported(original);
    const before = read(original);
    const after = read(bytes);
    const others = (model: Model, of: Uint8Array) =>
      (model.graph?.nodes ?? []).filter(({ opType }) => opType !== 'ZipMap').map((node) => cut(of, node.at as Span));
    expect(others(after, bytes)).toEqual(others(before, original));
    const { tag = 0, end = 0 } = before.graph?.at ?? {};
    expect(Buffer.from(bytes).subarray(0, tag)).toEqual(Buffer.from(original).subarray(0, tag));
    expect(Buffer.from(bytes).subarray(after.graph?.at?.end)).toEqual(Buffer.from(original).subarray(end));
  });

  it('leaves the original file as it is, and is not changed by a second intake', () => {
    const path = modelPath('zipmap-int/model');
    const before = readFileSync(path);
    const first = imported(path);
    expect(readFileSync(path).equals(before)).toBe(true);
    const second = imported(first.bytes);
    expect([second.changes, second.sha256]).toEqual([[], first.sha256]);
  });

  it('frees a label that its converter declared for one row', () => {
    const { schema, changes } = imported(modelPath('lightgbm/model'));
    expect(schema.outputs[0]).toMatchObject({ name: 'label', shape: [-1] });
    expect(changes).toContain('output label was declared as [1] and is now [N]: there is one per row');
  });

  it('keeps the name of the maps where another value is called probabilities', () => {
    const { schema, bytes } = imported(modelPath('crafted/zipmap-name-taken'));
    expect(schema.outputs).toEqual([
      { name: 'maps', datatype: 'FP32', shape: [-1, 2], labels: ['no', 'yes'] },
      { name: 'probabilities', datatype: 'FP32', shape: [-1, 2] },
    ]);
    const identity = read(bytes).graph?.nodes.find(({ opType }) => opType === 'Identity');
    expect(identity).toMatchObject({ inputs: ['scores_7'], outputs: ['maps'] });
  });
});

it('a model without ZipMap goes in byte for byte', () => {
  const original = modelBytes('naive-bayes/model');
  const { bytes, changes } = imported(original);
  expect([Buffer.from(bytes).equals(original), changes]).toEqual([true, []]);
});
