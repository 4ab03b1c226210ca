// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how presets refer to answers
import type { GovernedAnswers } from '../../generators/policy/governed-answers.ts';
import { mergePresets, NO_POLICY } from '../../generators/policy/policy.ts';
import type { Preset } from '../../generators/policy/preset.ts';
import { formatPolicy, parsePolicy } from '../../generators/policy/record.ts';
import { parseText } from '../../generators/questions/answers.ts';
import { findQuestion } from '../../generators/questions/find.ts';
import { departuresFrom, plainLocks, refuseLocked } from '../../generators/questions/locks.ts';
import { fromPrompts, type LinePrompt, toPrompts } from '../../generators/questions/prompts.ts';
import type { Question } from '../../generators/questions/question.ts';
import { settleAnswers } from '../../generators/questions/settle.ts';
import { context } from '../fixtures/template.ts';

const preset = (name: string, defaults: GovernedAnswers, locks: GovernedAnswers): Preset => ({
  file: `${name}.yaml`,
  name,
  extends: undefined,
  defaults,
  locks,
});

const company = preset('company', { ci: 'gitlab', cpu: '2' }, { registry: 'registry.example.com/ml' });
const team = preset('team', { cpu: '4' }, { node: '22', ci: 'gitlab' });
const policy = mergePresets([company, team]);

test('the nearest default counts, and every lock names who made it', () => {
  expect(policy).toEqual({
    presets: ['company', 'team'],
    defaults: { ci: 'gitlab', cpu: '4' },
    locks: {
      registry: { value: 'registry.example.com/ml', by: 'company' },
      node: { value: '22', by: 'team' },
      ci: { value: 'gitlab', by: 'team' },
    },
  });
  expect(mergePresets([])).toEqual(NO_POLICY);
});

test('what is locked twice is locked by the broadest', () => {
  const again = preset('project', {}, { registry: 'registry.example.com/ml' });
  expect(mergePresets([company, again]).locks.registry?.by).toBe('company');
});

test.each<[string, GovernedAnswers, GovernedAnswers]>([
  ['lock', {}, { registry: 'ghcr.io/us' }],
  ['default', { registry: 'ghcr.io/us' }, {}],
])('a %s that goes against one above it is refused', (_what, defaults, locks) => {
  expect(() => mergePresets([company, preset('rebel', defaults, locks)])).toThrow(
    expect.objectContaining({
      code: 'PRESET_INVALID',
      message: expect.stringContaining(
        'rebel.yaml says otherwise than one above it:\n  registry: "ghcr.io/us", but company locks it to "registry.example.com/ml"',
      ),
    }),
  );
});

test('answers that go against it are all named, others pass', () => {
  expect(() => refuseLocked(policy.locks, { node: '22', name: 'x', cpu: '1' })).not.toThrow();
  expect(() => refuseLocked(policy.locks, { node: '24', ci: 'none', name: 'x' })).toThrow(
    expect.objectContaining({
      code: 'POLICY_LOCKED',
      message:
        'ci: "none" is not to be had: team locks it to "gitlab" (layer infrastructure)\nnode: "24" is not to be had: team locks it to "22" (layer ml)',
    }),
  );
});

test('an answer departs where it is another one, not where there is none', () => {
  expect(departuresFrom(policy.locks, { registry: 'ghcr.io/us', node: '22' })).toEqual([
    {
      key: 'registry',
      layer: 'infrastructure',
      found: 'ghcr.io/us',
      locked: 'registry.example.com/ml',
      by: 'company',
    },
  ]);
});

test('tensors are compared by what they say', () => {
  const parse = (text: string) => parseText(findQuestion('inputs') as Question, text) as { value: never };
  const one = mergePresets([preset('team', {}, { inputs: parse('x:FP32[-1,2]{a,b}').value })]);
  expect(departuresFrom(one.locks, { inputs: parse('x:FP32[ -1, 2 ]{a, b}').value })).toEqual([]);
  expect(departuresFrom(one.locks, { inputs: parse('x:FP32[-1,2]{a,c}').value })).toHaveLength(1);
});

test('tensors are told apart in words', () => {
  const wide = (last: string) =>
    parseText(
      findQuestion('inputs') as Question,
      `float_input:FP32[-1,6]{aaaaaaaaaa,bbbbbbbbbb,cccccccccc,dddddddddd,eeeeeeeeee,${last}}`,
    ) as { value: never };
  const one = mergePresets([preset('team', {}, { inputs: wide('x').value })]);
  expect(() => refuseLocked(one.locks, { inputs: wide('y').value })).toThrow(
    /eeeeeeeeee,y\} is not to be had: .*eeeeeeeeee,x\}/,
  );
});

test('an answer from which an impossible text would follow is refused where it is typed', () => {
  const locks = mergePresets([preset('team', {}, { namespace: { pattern: '${name}-${owner}-ns' } })]).locks;
  const ask = (name: string) =>
    toPrompts({}, { ...context, locks }).find((prompt) => prompt.name === name) as LinePrompt | undefined;
  expect(ask('name')?.validate?.('fine')).toBe(true);
  expect(ask('owner')?.validate?.('fine', { name: 'fine' })).toBe(true);
  expect(ask('owner')?.validate?.('o'.repeat(60), { name: 'fine' })).toMatch(
    /namespace: "fine-ooo.*\(team locks it to/,
  );
});

test('defaults answer what nobody answers, and propose what is asked', () => {
  const governed = { ...context, defaults: policy.defaults };
  const given = { ...plainLocks(policy.locks), memory: '1Gi' };
  expect(settleAnswers(given, governed)).toMatchObject({ ci: 'gitlab', cpu: '4', memory: '1Gi', node: '22' });
  expect(settleAnswers({ ...given, cpu: '8' }, governed).cpu).toBe('8');
  // What another answer follows is the governed one.
  expect(settleAnswers({ name: 'churn' }, governed).repository).toBe('https://gitlab.com/ml-team/churn');

  const prompts = toPrompts(given, { ...governed, defaults: { owner: 'growth' } });
  const asked = prompts.map(({ name }) => name);
  expect(asked).not.toEqual(expect.arrayContaining(['registry']));
  expect(asked).not.toEqual(expect.arrayContaining(['node']));
  expect(prompts.find(({ name }) => name === 'owner')?.default({})).toBe('growth');
  expect(fromPrompts({ owner: 'growth' }, given, { ...governed, defaults: { owner: 'growth' } }).owner).toBe('growth');
});

describe('in the record', () => {
  const written = Buffer.from(formatPolicy(policy)).toString('utf8');

  test('it comes back as it was, save the defaults, which have become answers', () => {
    expect(parsePolicy(written, 'policy.yaml')).toEqual({ ...policy, defaults: {} });
    const bare = mergePresets([preset('company', { cpu: '2' }, {})]);
    expect(parsePolicy(Buffer.from(formatPolicy(bare)).toString(), 'p')).toEqual({ ...bare, defaults: {} });
  });

  test.each([
    ['no presets', 'locks: {}', /policy\.yaml:1: presets: expected a list of names/],
    ['an empty list of presets', 'presets: []', /presets: expected a list of names/],
    [
      'a lock of nothing',
      'presets: [a]\nlocks: { node: 24 }',
      /policy\.yaml:2: locks\.node: expected a value, and by whom/,
    ],
    [
      'a lock of nobody',
      'presets: [a]\nlocks: { node: { value: "24" } }',
      /locks\.node: expected a value, and by whom/,
    ],
    [
      'a wrong value',
      'presets: [a]\nlocks: { node: { value: "8", by: a } }',
      /locks\.node: expected one of 24, 22, 20/,
    ],
    [
      'an unknown key',
      'presets: [a]\nlocks: { nod: { value: "8", by: a } }',
      /locks\.nod: unknown key; did you mean node/,
    ],
    ['locks that are none', 'presets: [a]\nlocks: all', /locks/],
    ['a terminal', 'presets: ["\\e[2J"]', /presets: expected a list of names/],
    ['half a file', 'presets: [a', /policy\.yaml:1/],
  ])('%s is damage', (_what, text, expected) => {
    expect(() => parsePolicy(text, 'policy.yaml')).toThrow(
      expect.objectContaining({ code: 'RECORD_DAMAGED', message: expect.stringMatching(expected) }),
    );
  });
});
