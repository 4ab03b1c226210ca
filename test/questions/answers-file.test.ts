import { ServingError } from '../../generators/errors.ts';
import { parseAnswersFile } from '../../generators/questions/answers-file.ts';

function messageOf(text: string): string {
  try {
    parseAnswersFile(text, 'a.yaml');
  } catch (error) {
    expect(error).toBeInstanceOf(ServingError);
    expect((error as ServingError).code).toBe('ANSWERS_INVALID');
    return (error as ServingError).message;
  }
  throw new Error('nothing was refused');
}

test('YAML, JSON and an empty file are read', () => {
  expect(parseAnswersFile('name: abc\nci: gitlab\n', 'a.yaml')).toEqual({ name: 'abc', ci: 'gitlab' });
  expect(parseAnswersFile('{"name": "abc"}', 'a.json')).toEqual({ name: 'abc' });
  expect(parseAnswersFile('# nothing yet\n', 'a.yaml')).toEqual({});
});

test('every problem is named with its line', () => {
  const text = [
    'name: Bad Name',
    'nmae: x',
    '',
    'modelVersion: 1.0',
    'inputs:',
    '  - name: x',
    '    datatype: FLOAT',
    '    shape: [-1]',
  ];
  const message = messageOf(text.join('\n'));
  expect(message.split('\n').slice(1)).toEqual([
    expect.stringMatching(/^ {2}a\.yaml:1: name: "Bad Name" must be/),
    '  a.yaml:2: nmae: unknown key; did you mean name?',
    expect.stringMatching(/^ {2}a\.yaml:4: modelVersion: expected text, found 1; put it in quotes/),
    expect.stringMatching(/^ {2}a\.yaml:7: inputs\[0\]\.datatype: expected one of/),
  ]);
});

test.each([
  ['a key twice', 'name: a\nname: b\n', /a\.yaml:2: the key "name" stands twice/],
  ['a tab', 'name:\n\t- a\n', /a\.yaml:2: /],
  ['an alias', 'name: &n abc\nowner: *n\n', /a\.yaml:2: anchors and aliases are not taken/],
  ['a list', '- name\n', /a\.yaml:1: expected keys and values/],
  ['two documents', 'name: a\n---\nname: b\n', /a\.yaml:/],
  ['an unknown tag', 'name: !secret abc\n', /a\.yaml:1: /],
  ['half a file', '{"name": "abc"', /a\.yaml:1: /],
  ['a huge file', `name: ${'a'.repeat(2 ** 20)}`, /larger than/],
  ['a prototype', '__proto__: { name: a }\n', /a\.yaml:1: __proto__: unknown key/],
  ['something inherited', 'constructor: x\n', /a\.yaml:1: constructor: unknown key/],
])('%s is refused', (_what, text, expected) => {
  expect(messageOf(text)).toMatch(expected);
});
