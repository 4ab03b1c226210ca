import { existsSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { readPolicy } from '../../bin/read-policy.ts';
import { NO_POLICY } from '../../generators/policy/policy.ts';
import { folderWith, putFiles } from '../support/folder.ts';

const folder = folderWith({
  'company.yaml': 'infrastructure: { locks: { ci: gitlab }, defaults: { cpu: "2" } }\n',
  'teams/growth.yaml': 'extends: ../company.yaml\nml: { locks: { node: 24 } }\n',
  'teams/churn.json': '{ "extends": "growth.yaml", "infrastructure": { "defaults": { "cpu": "4" } } }',
  'teams/lost.yaml': 'extends: nowhere.yaml\n',
  'loop/a.yaml': 'extends: b.yaml\n',
  'loop/b.yaml': 'extends: ./a.yaml\n',
  'wrong.yaml': 'infrastructure: { locks: { ci: jenkins } }\n',
  'rebel.yaml': 'infrastructure: { locks: { ci: none } }\n',
  ...Object.fromEntries(
    Array.from({ length: 12 }, (_, i) => [`long/${i}.yaml`, i === 11 ? '' : `extends: ${i + 1}.yaml\n`]),
  ),
});
const at = (name: string) => join(folder, name);

test('a preset comes with those it extends, the broadest first, each path from its own file', () => {
  const policy = readPolicy([at('teams/churn.json')]);
  expect(policy).toMatchObject({ presets: ['company', 'growth', 'churn'], defaults: { cpu: '4' } });
  expect(policy?.locks).toEqual({ ci: { value: 'gitlab', by: 'company' }, node: { value: '24', by: 'growth' } });
});

test('several are laid over each other as they are named, one that two of them extend once', () => {
  const policy = readPolicy([at('teams/growth.yaml'), at('teams/churn.json'), at('company.yaml')]);
  expect(policy?.presets).toEqual(['company', 'growth', 'churn']);
});

test('the same file by another way is the same preset, and a path may be absolute', () => {
  symlinkSync(at('teams'), at('linked'));
  putFiles(folder, { 'absolute.yaml': `extends: ${JSON.stringify(at('company.yaml'))}\n` });
  expect(readPolicy([at('teams/growth.yaml'), at('linked/growth.yaml'), at('absolute.yaml')])?.presets).toEqual([
    'company',
    'growth',
    'absolute',
  ]);
});

test('none leaves every policy, nothing says nothing', () => {
  expect(readPolicy([])).toBeUndefined();
  expect(readPolicy(['none'])).toBe(NO_POLICY);
  expect(() => readPolicy(['none', at('company.yaml')])).toThrow(expect.objectContaining({ code: 'USAGE' }));
});

test.each([
  ['that is not there', ['gone.yaml'], 'PRESET_UNREADABLE', /gone\.yaml cannot be read: ENOENT/],
  [
    'that extends what is not there',
    ['teams/lost.yaml'],
    'PRESET_UNREADABLE',
    /nowhere\.yaml, which .*lost\.yaml extends, cannot/,
  ],
  ['that is a folder', ['teams'], 'PRESET_UNREADABLE', /teams cannot be read: EISDIR/],
  [
    'that extends itself in the end',
    ['loop/a.yaml'],
    'PRESET_INVALID',
    /b\.yaml extends .*a\.yaml, which extends it again/,
  ],
  ['at the end of a long row', ['long/0.yaml'], 'PRESET_INVALID', /builds on more than 9 others/],
  [
    'that says what is not to be had',
    ['wrong.yaml'],
    'PRESET_INVALID',
    /wrong\.yaml:1: infrastructure\.locks\.ci: expected one of/,
  ],
  ['against another', ['company.yaml', 'rebel.yaml'], 'PRESET_INVALID', /rebel\.yaml says otherwise/],
])('one %s is refused', (_what, files, code, message) => {
  expect(() => readPolicy(files.map(at))).toThrow(
    expect.objectContaining({ code, message: expect.stringMatching(message) }),
  );
});

/** A device of Linux and macOS that never ends. */
const withDevices = existsSync('/dev/zero') ? test : test.skip;

withDevices('one without an end is left', () => {
  expect(() => readPolicy(['/dev/zero'])).toThrow(expect.objectContaining({ code: 'PRESET_INVALID' }));
});
