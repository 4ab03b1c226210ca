import { parseAnswersFile } from '../../generators/questions/answers-file.ts';
import { toPrompts } from '../../generators/questions/prompts.ts';
import { parseSetFlags } from '../../generators/questions/set-flags.ts';
import { answersWith, context } from '../fixtures/template.ts';

test('numbers come as text from a flag, and as numbers from a file', () => {
  const expected = { availabilityObjective: 99.95, latencyObjectiveMs: 120 };
  expect(parseSetFlags(['availabilityObjective=99.95', 'latencyObjectiveMs=120'])).toEqual(expected);
  expect(parseAnswersFile('availabilityObjective: 99.95\nlatencyObjectiveMs: 120\n', 'a.yaml')).toEqual(expected);
  expect(answersWith()).toMatchObject({ availabilityObjective: 99.9, latencyObjectiveMs: 250 });
});

test.each([
  [
    'availabilityObjective=100',
    'expected a number with at most 3 digits after the point from 95 to 99.999; found "100"',
  ],
  ['availabilityObjective=94.9', 'from 95 to 99.999'],
  ['availabilityObjective=99.9999', 'at most 3 digits'],
  ['availabilityObjective=99,9', 'found "99,9"'],
  ['availabilityObjective=', 'found ""'],
  ['availabilityObjective=NaN', 'found "NaN"'],
  ['latencyObjectiveMs=0', 'expected a whole number from 1 to 60000; found "0"'],
  ['latencyObjectiveMs=60001', 'from 1 to 60000'],
  ['latencyObjectiveMs=2.5', 'a whole number'],
  ['latencyObjectiveMs=1e3', 'found "1e3"'],
  ['latencyObjectiveMs=-5', 'found "-5"'],
])('%s is refused: %s', (flag, says) => {
  expect(() => parseSetFlags([flag])).toThrow(says);
});

test.each(['[99.9]', '{ a: 1 }', 'true', '.nan', '.inf', '1e400'])('in a file, %s is no number either', (value) => {
  expect(() => parseAnswersFile(`availabilityObjective: ${value}\n`, 'a.yaml')).toThrow('expected a number');
});

test.each([
  'http://github.com/a/b',
  'https://github.com',
  'https://a b/c',
  'https://x/y"z',
  'https://x/y#z',
  'git@x:y/z',
])('the repository %s is refused', (value) => {
  expect(() => parseSetFlags([`repository=${value}`])).toThrow('must be an https address');
});

test('few people change them: they are not prompted', () => {
  const names = toPrompts({}, context).map(({ name }) => name);
  for (const name of ['repository', 'availabilityObjective', 'latencyObjectiveMs']) expect(names).not.toContain(name);
});
