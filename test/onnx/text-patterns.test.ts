import { textOf } from '../../generators/onnx/attribute.ts';
import { decode } from '../../generators/onnx/decode.ts';
import { MODEL } from '../../generators/onnx/schema.ts';
import { bytesSource } from '../../generators/onnx/source.ts';
import { runtimePattern } from '../../generators/onnx/texts/python-pattern.ts';
import { imported, modelPath } from './fixtures.ts';

const patternsOf = (bytes: Uint8Array) =>
  (decode(bytesSource(bytes), MODEL).graph?.nodes ?? []).flatMap((node) => textOf(node, 'tokenexp') ?? []);

describe('a pattern of Python in the words of the runtime', () => {
  const W = '\\p{L}\\p{N}_';
  it.each([
    ['(?u)\\b\\w\\w+\\b', `[${W}]{2,}`],
    ['\\b\\w+\\b', `[${W}]+`],
    ['\\w\\w\\w+', `[${W}]{3,}`],
    ['(?u)[a-z]+', '[a-z]+'],
    ['[^\\W\\d]+', undefined],
    ['[\\w-]+', `[${W}-]+`],
    ["\\w+'\\w+", `[${W}]+'[${W}]+`],
    ['\\d+|\\D', '[\\p{Nd}]+|[^\\p{Nd}]'],
    ['[]\\d]+x\\d', '[]\\p{Nd}]+x[\\p{Nd}]'],
    ['[^]\\d]', '[^]\\p{Nd}]'],
    ['\\.\\\\w', '\\.\\\\w'],
    ['\\bcat\\b|\\w+', undefined],
    ['[a-zA-Z0-9_]+', '[a-zA-Z0-9_]+'],
    ['[\\p{L}\\p{N}_]{2,}', '[\\p{L}\\p{N}_]{2,}'],
    ['', ''],
  ])('%s', (python, runtime) => {
    expect(runtimePattern(python)).toBe(runtime);
  });
});

describe('the words of a text model of scikit-learn', () => {
  it.each([
    ['words', '[\\p{L}\\p{N}_]{2,}'],
    ['letters', '[\\p{L}\\p{N}_]+'],
    ['spaces', '[^\\t\\n\\x{0b}\\f\\r\\x{1c}-\\x{1f}\\x{85}\\p{Z}]+'],
    ['characters', '(?s).'],
  ])('%s: the pattern is that of every language, which is said, and is not changed a second time', (name, pattern) => {
    const { bytes, changes, schema } = imported(modelPath(`sklearn-texts/${name}`));
    expect(patternsOf(bytes)).toEqual([pattern]);
    expect(changes.filter((text) => text.startsWith('Tokenizer: '))).toEqual([
      expect.stringContaining(`and is now ${pattern}`),
    ]);
    const again = imported(bytes);
    expect([again.changes, patternsOf(again.bytes)]).toEqual([[], [pattern]]);
    expect(again.schema.notes).toEqual(schema.notes);
  });

  it("is left as it is where the vocabulary shows the model's own pattern", () => {
    const { bytes, changes, schema } = imported(modelPath('sklearn-texts/ascii'));
    expect(patternsOf(bytes)).toEqual(['[a-zA-Z0-9_]+']);
    expect(changes.filter((text) => text.startsWith('Tokenizer: '))).toEqual([]);
    expect(schema.notes).toContainEqual(expect.stringContaining('its vocabulary holds single letters'));
  });

  it('get their small letters from the service, as in Python, where the graph changes their case first', () => {
    const lower = (name: string) => imported(modelPath(`sklearn-texts/${name}`)).schema.inputs[0]?.text;
    expect([lower('words'), lower('cased')]).toEqual([{ lowercase: true }, undefined]);
  });

  it('shows whether its vocabulary has capital letters', () => {
    const capitals = (name: string) => imported(modelPath(`sklearn-texts/${name}`)).summary.capitals;
    expect([capitals('words'), capitals('cased')]).toEqual([undefined, true]);
  });

  it('names what no pattern can do: dropped words among neighbours, spaces among characters', () => {
    const notes = (name: string) => imported(modelPath(`sklearn-texts/${name}`)).schema.notes.join('\n');
    expect(notes('dropped')).toContain('if training dropped stop words first');
    expect(notes('neighbours')).not.toContain('stop words');
    expect(notes('characters')).toContain('several spaces in a row');
  });
});
