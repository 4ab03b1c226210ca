import { nextVersion } from '../../generators/onnx/next-version.ts';
import { refusal } from './fixtures.ts';

const same = { changesInterface: false, first: false };
const changed = { changesInterface: true, first: false };
const first = { changesInterface: true, first: true };

test.each([
  ['1.2.3', undefined, same, '1.3.0'],
  ['1.2.3', undefined, changed, '2.0.0'],
  ['1.0.0', undefined, first, '1.0.0'],
  ['1.2.3', '1.2.4', same, '1.2.4'],
  ['1.2.3', '3.0.0', changed, '3.0.0'],
  ['1.0.0', '0.1.0', first, '0.1.0'],
] as const)('%s, asked for %s', (current, asked, release, expected) => {
  expect(nextVersion(current, asked, release)).toBe(expected);
});

test.each([
  ['1.2.3', '1.3.0', changed, 'the interface changes, so version 1.3.0 would break clients of 1.x without a word.'],
  ['1.2.3', '1.2.3', same, 'version 1.2.3 is not above 1.2.3, which is released.'],
  ['1.2.3', 'two', same, '"two" is no version: expected one like 1.2.0.'],
  ['latest', undefined, same, 'serving.yaml has the version "latest", which is no semver.'],
] as const)('%s, asked for %s, is refused', (current, asked, release, message) => {
  const error = refusal(() => nextVersion(current, asked, release));
  expect([error.code, error.message]).toEqual(['MODEL_VERSION', message]);
});
