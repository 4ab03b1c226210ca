import { featureNames, labelNames, parseNames } from '../../generators/onnx/metadata.ts';

describe('names left in metadata', () => {
  it.each([
    ['["a", "b"]', ['a', 'b']],
    ["['a', 'b c']", ['a', 'b c']],
    [`('a', "b's",)`, ['a', "b's"]],
    ['a, b,c', ['a', 'b', 'c']],
    ['{"0": "cat", "1": "dog"}', ['cat', 'dog']],
    ["{1: 'dog', 0: 'cat'}", ['cat', 'dog']],
    ["['it\\'s']", ["it's"]],
    ['[1, 2, 3]', ['1', '2', '3']],
  ])('%s', (text, names) => {
    expect(parseNames(text)).toEqual(names);
  });

  it.each([
    [
      '',
      '[]',
      '{}',
      'one',
      '[null]',
      '{"a": "b"}',
      "{0: 'a', 2: 'b'}",
      "['a', 'a']",
      "['a', b]",
      "['a' 'b']",
      'a,,b',
      '[[',
    ],
  ])('nothing is made of what is no list of distinct names', (...texts) => {
    for (const text of texts) expect([text, parseNames(text)]).toEqual([text, undefined]);
  });

  it('are found under the keys that exporters use, and not on the prototype', () => {
    expect(featureNames({ feature_names: 'a,b' })).toEqual(['a', 'b']);
    expect(labelNames({ names: "{0: 'cat', 1: 'dog'}" })).toEqual(['cat', 'dog']);
    expect(labelNames({})).toBeUndefined();
  });
});
