import {
  suggestName,
  validateLine,
  validateModelName,
  validateName,
  validateRegistry,
  validateSemver,
} from '../../generators/questions/text-rules.ts';

describe('the name of a service', () => {
  test.each(['a', 'my-model', 'iris2', 'a'.repeat(46)])('takes %s', (name) => {
    expect(validateName(name)).toBeUndefined();
  });

  test.each([
    '',
    'My-Model',
    '-a',
    'a-',
    '1a',
    'a_b',
    'a.b',
    '../evil',
    'a/b',
    '.',
    '..',
    'a b',
    'node_modules',
    'http',
    'a'.repeat(47),
    'a\n',
    'true',
    'y',
  ])('refuses %j', (name) => {
    expect(validateName(name)).toEqual(expect.any(String));
  });

  test.each([
    ['My Model!', 'my-model'],
    ['Größe', 'gro-e'],
    ['2nd', 'nd'],
    ['http', 'http-serving'],
  ])('proposes a valid one for %j', (given, expected) => {
    const suggested = suggestName(given);
    expect(suggested).toBe(expected);
    expect(validateName(suggested as string)).toBeUndefined();
  });

  test('proposes none where nothing can be kept', () => {
    expect(suggestName('模型')).toBeUndefined();
  });
});

test.each(['', '   ', 'two\nlines', 'bell\u0007', 'reversed \u202e text', 'x'.repeat(201)])(
  'a line refuses %j',
  (line) => {
    expect(validateLine(line)).toEqual(expect.any(String));
  },
);

test('a line takes quotes, markup and any script', () => {
  expect(validateLine(`Says "yes" & <no>, or 'vielleicht' – 多分`)).toBeUndefined();
});

test.each(['ghcr.io/ml-team', 'localhost:5000', 'registry.example.com:443/a/b-c', 'docker.io/library'])(
  'a registry takes %s',
  (value) => {
    expect(validateRegistry(value)).toBeUndefined();
  },
);

test.each(['', 'https://ghcr.io', 'ghcr.io/Team', 'a b', 'a/../b', 'a/', 'x$(id)', 'a:port', '-a'])(
  'a registry refuses %j',
  (value) => {
    expect(validateRegistry(value)).toEqual(expect.any(String));
  },
);

test.each(['1.0.0', '0.1.2-rc.1', '10.0.0+build.5'])('a version takes %s', (value) => {
  expect(validateSemver(value)).toBeUndefined();
});

test.each(['1', '1.0', 'v1.0.0', '01.0.0', '1.0.0-', ''])('a version refuses %j', (value) => {
  expect(validateSemver(value)).toEqual(expect.any(String));
});

test.each(['a/b', '../a', '', 'a b', '.a'])('a model name refuses %j', (value) => {
  expect(validateModelName(value)).toEqual(expect.any(String));
});
