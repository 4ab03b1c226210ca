import { decode } from '../../generators/onnx/decode.ts';
import { MODEL, type Model, type Node } from '../../generators/onnx/schema.ts';
import { bytesSource } from '../../generators/onnx/source.ts';
import { imported, modelBytes, modelPath, refusal } from './fixtures.ts';

const read = (bytes: Uint8Array): Model => decode(bytesSource(bytes), MODEL);
const nodesOf = (bytes: Uint8Array) => read(bytes).graph?.nodes ?? [];
const normalizer = (bytes: Uint8Array) => nodesOf(bytes).find(({ opType }) => opType === 'StringNormalizer') as Node;
const attributesOf = ({ attributes }: Node) =>
  Object.fromEntries(attributes.map(({ name, string }) => [name, string && Buffer.from(string).toString()]));

describe('a node that changes the case of texts', () => {
  it('asks for a locale that the image has, and that is said', () => {
    const { bytes, changes, summary } = imported(modelPath('crafted/lower-case'));
    expect(attributesOf(normalizer(bytes))).toEqual({ case_change_action: 'LOWER', locale: 'C.UTF-8' });
    expect(normalizer(bytes)).toMatchObject({ inputs: ['flat'], outputs: ['lower'] });
    expect(summary.outputs).toEqual([expect.objectContaining({ name: 'lower', operator: 'StringNormalizer' })]);
    expect(changes).toEqual([
      'StringNormalizer: its locale was en_US.UTF-8, which the image lacks, and is now C.UTF-8: the same letters',
    ]);
  });

  it('keeps its other attributes, and every other byte', () => {
    const original = modelBytes('crafted/lower-case-american');
    const { bytes } = imported(original);
    expect(Object.keys(attributesOf(normalizer(bytes)))).toEqual(['case_change_action', 'stopwords', 'locale']);
    expect(Buffer.from(bytes).includes('THE')).toBe(true);
    const [reshape] = nodesOf(original);
    const { tag = 0, end = 0 } = reshape?.at ?? {};
    expect(Buffer.from(bytes).includes(Buffer.from(original.subarray(tag, end)))).toBe(true);
    const last = read(original).graph?.at?.end ?? 0;
    expect(Buffer.from(bytes).subarray(read(bytes).graph?.at?.end)).toEqual(Buffer.from(original).subarray(last));
  });

  it('is not changed a second time', () => {
    const first = imported(modelPath('crafted/lower-case'));
    const second = imported(first.bytes);
    expect([second.changes, second.sha256]).toEqual([[], first.sha256]);
  });

  it('is refused with a locale that somebody chose and the image lacks', () => {
    const error = refusal(() => imported(modelPath('crafted/lower-case-german')));
    expect([error.code, error.message]).toEqual([
      'MODEL_UNSUPPORTED',
      expect.stringContaining(
        'a StringNormalizer wants the locale de_DE.UTF-8, which the image lacks (it has C.UTF-8)',
      ),
    ]);
  });
});

it('without changing the case only the stop words need a locale', () => {
  // "NEVER" stands for any other action, which the runtime would refuse for itself.
  const never = (name: string) => {
    const bytes = Buffer.from(modelBytes(name));
    bytes.write('NEVER', bytes.indexOf('LOWER'));
    return imported(new Uint8Array(bytes)).changes.length;
  };
  expect([never('crafted/lower-case'), never('crafted/lower-case-american')]).toEqual([0, 1]);
});
