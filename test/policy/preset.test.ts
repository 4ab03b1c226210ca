// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how presets refer to answers
import { ServingError } from '../../generators/errors.ts';
import { parsePreset } from '../../generators/policy/preset.ts';

function messageOf(text: string): string {
  try {
    parsePreset(text, 'company.yaml');
  } catch (error) {
    expect(error).toBeInstanceOf(ServingError);
    expect((error as ServingError).code).toBe('PRESET_INVALID');
    return (error as ServingError).message;
  }
  throw new Error('nothing was refused');
}

test('defaults and locks are read by layer', () => {
  const text = [
    'name: Example Inc.',
    'extends: ../group.yaml',
    'infrastructure:',
    '  defaults: { ci: gitlab, availabilityObjective: 99.5 }',
    '  locks: { registry: registry.example.com/ml }',
    'middleware:',
    'ml:',
    '  locks:',
    '    node: 24',
  ];
  expect(parsePreset(text.join('\n'), 'company.yaml')).toEqual({
    file: 'company.yaml',
    name: 'Example Inc.',
    extends: '../group.yaml',
    defaults: { ci: 'gitlab', availabilityObjective: 99.5 },
    locks: { registry: 'registry.example.com/ml', node: '24' },
  });
});

test('a text may follow what is asked before it', () => {
  const text =
    'infrastructure: { locks: { host: "${name}.${owner}.example.com" }, defaults: { registry: "registry.example.com/${owner}" } }';
  const { defaults, locks } = parsePreset(text, 'company.yaml');
  expect(locks).toEqual({ host: { pattern: '${name}.${owner}.example.com' } });
  expect(defaults).toEqual({ registry: { pattern: 'registry.example.com/${owner}' } });
  // Braces alone are those of the model's address, and stay.
  const url = 'https://models.example.com/${owner}/{name}/{sha256}.onnx';
  expect(parsePreset(`infrastructure: { locks: { modelUrl: "${url}" } }`, 'p').locks).toEqual({
    modelUrl: { pattern: url },
  });
});

test.each([
  ['something unknown', 'registry: "r.example.com/${team}"', /refers to "team"; it may refer to name, description/],
  ['what is asked later', 'owner: "${registry}"', /owner: .* refers to "registry"; it may refer to name/],
  ['itself', 'host: "${host}.example.com"', /refers to "host"/],
  ['tensors', 'host: "${inputs}.example.com"', /refers to "inputs"/],
  ['anything, as the first question', 'name: "${owner}"', /refers to "owner"; it is the first question/],
  ['nothing', 'host: "${}.example.com"', /refers to ""/],
  ['what can never be one', 'host: "${name}_x"', /host: .* would be "my-model_x", which /],
  ['a reference without its end', 'contact: "${owner@example.com"', /has a \$\{ without its \}/],
  ['a name, as a choice', 'ci: "${name}"', /ci: expected one of/],
])('a text that follows %s is refused', (_what, lock, expected) => {
  expect(messageOf(`infrastructure: { locks: { ${lock} } }`)).toMatch(expected);
});

test('without a name it has that of its file', () => {
  for (const file of ['presets/company.yaml', 'C:\\presets\\company.json', 'company']) {
    expect(parsePreset('{}', file)).toEqual({ file, name: 'company', extends: undefined, defaults: {}, locks: {} });
  }
});

test('a name that comes from the file is said to', () => {
  expect(() => parsePreset('{}', 'équipe.yaml')).toThrow(/"équipe", taken from the file, is none; say it with name:/);
});

test('every problem is named with its line', () => {
  const text = [
    'name: [a]',
    'extends: 3',
    'infrastructure:',
    '  defaults: { ci: jenkins }',
    '  locks:',
    '    node: "24"',
    '    regsitry: x',
    '  default: {}',
    'network: {}',
    'ml: all',
  ];
  expect(messageOf(text.join('\n')).split('\n').slice(1)).toEqual([
    expect.stringMatching(/^ {2}company\.yaml:1: name: expected at most 63 letters/),
    '  company.yaml:2: extends: expected the path of a preset, found 3',
    expect.stringMatching(/^ {2}company\.yaml:4: infrastructure\.defaults\.ci: expected one of github, gitlab, none/),
    '  company.yaml:7: infrastructure.locks.regsitry: unknown key; did you mean registry?',
    '  company.yaml:6: infrastructure.locks.node: belongs to the layer ml',
    '  company.yaml:8: infrastructure.default: unknown key; expected defaults or locks',
    expect.stringMatching(/^ {2}company\.yaml:9: network: unknown key; expected name, extends, infrastructure/),
    '  company.yaml:10: ml: expected defaults and locks, found "all"',
  ]);
});

test.each([
  [
    'the same answer twice',
    'ml: { defaults: { node: "24" }, locks: { node: "22" } }',
    /:1: ml\.defaults\.node: is locked in the same file/,
  ],
  ['a name of several lines', 'name: "a\\nb"', /name: expected/],
  ['an empty path', 'extends: ""', /extends: expected the path/],
  ['a list of answers', 'ml: { locks: [node] }', /ml\.locks: expected keys and answers, found \["node"\]/],
  ['a prototype', '__proto__: { locks: {} }', /__proto__: unknown key/],
  ['a key twice', 'ml: {}\nml: {}', /company\.yaml:2: the key "ml" stands twice/],
  ['too many bytes', `# ${'é'.repeat(600_000)}`, /larger than 1048576 bytes/],
  ['a list', '- ml', /expected keys and values/],
])('%s is refused', (_what, text, expected) => {
  expect(messageOf(text)).toMatch(expected);
});
