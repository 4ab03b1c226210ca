// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how presets refer to answers
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { nodeDisk } from '../../generators/apply/node-disk.ts';
import { sha256 } from '../../generators/hash.ts';
import { policyChange } from '../../generators/policy/change.ts';
import type { GovernedAnswers } from '../../generators/policy/governed-answers.ts';
import { mergePresets, NO_POLICY, type Policy } from '../../generators/policy/policy.ts';
import { MANIFEST_PATH } from '../../generators/project/manifest.ts';
import { quickCheck } from '../../generators/regenerate/quick-check.ts';
import { toMarkdown } from '../../generators/regenerate/report.ts';
import { isUpToDate, upgradeFindings } from '../../generators/regenerate/upgrade.ts';
import { modelPath } from '../onnx/fixtures.ts';
import { folderWith, putFiles, snapshot } from '../support/folder.ts';
import { commit, edit, prepare, read, remove, stampOut, upgrade } from './harness.ts';
import { type Package, packageOf } from './package.ts';

const POLICY = '.ml-serving/policy.yaml';
const ANSWERS = '.ml-serving/answers.yaml';

const policyOf = (locks: GovernedAnswers, defaults: GovernedAnswers = {}, name = 'company'): Policy =>
  mergePresets([{ file: `${name}.yaml`, name, extends: undefined, defaults, locks }]);
const company = policyOf({ owner: 'vision', ci: 'gitlab' });
const governed = () => stampOut('1.0.0', { policy: company });
const answersIn = (root: string) => parse(read(root, ANSWERS)) as Record<string, unknown>;

describe('a repository under a policy', () => {
  it('remembers it, and is up to date by it', () => {
    const root = governed();
    expect(parse(read(root, POLICY))).toEqual({
      presets: ['company'],
      locks: { owner: { value: 'vision', by: 'company' }, ci: { value: 'gitlab', by: 'company' } },
    });
    const planned = prepare(root, '1.0.0');
    expect(planned).toMatchObject({ departures: [], problems: [], policy: { presets: ['company'] } });
    expect(isUpToDate(planned)).toBe(true);
  });

  it('keeps it through an upgrade, and its other answers can be changed', async () => {
    const root = governed();
    await upgrade(root, '1.1.0', { set: { contact: 'us@example.com' } });
    expect(answersIn(root)).toMatchObject({ owner: 'vision', contact: 'us@example.com' });
    expect(prepare(root, '1.1.0')).toMatchObject({ policy: { presets: ['company'] }, departures: [], changes: [] });
  });

  it('refuses to change what is locked, before anything is touched', () => {
    const root = governed();
    const before = snapshot(root);
    expect(() => prepare(root, '1.1.0', { set: { owner: 'growth' } })).toThrow(
      expect.objectContaining({
        code: 'POLICY_LOCKED',
        message: expect.stringMatching(/company locks it to "vision"/),
      }),
    );
    expect(() => prepare(root, '1.1.0', { set: { owner: 'vision' } })).not.toThrow();
    expect(snapshot(root)).toEqual(before);
  });

  it('is brought back where an answer has left it, with its files', async () => {
    const root = governed();
    edit(root, ANSWERS, 'owner: vision', 'owner: growth');
    commit(root, 'our own owner');
    const planned = prepare(root, '1.0.0');
    expect(planned.departures).toEqual([
      { key: 'owner', layer: 'infrastructure', found: 'growth', locked: 'vision', by: 'company' },
    ]);
    expect(isUpToDate(planned)).toBe(false);
    expect(upgradeFindings(planned)).toEqual(['policy']);
    expect(upgradeFindings(prepare(root, '1.1.0'))).toEqual(['update', 'policy']);
    await upgrade(root, '1.0.0');
    expect(answersIn(root)['owner']).toBe('vision');
    expect(isUpToDate(prepare(root, '1.0.0'))).toBe(true);
  });

  it.each([
    ['edited', (root: string) => edit(root, POLICY, 'value: vision', 'value: growth'), 'edited'],
    ['added', (root: string) => putFiles(root, { [POLICY]: 'presets: [us]\nlocks: {}\n' }), 'added'],
  ])('is told where its policy was %s by hand, and not upgraded by it', async (what, change, said) => {
    const root = what === 'added' ? stampOut('1.0.0') : governed();
    change(root);
    commit(root, 'our own policy');
    expect(prepare(root, '1.1.0').problems).toEqual([`${POLICY} is not as it was written: it was ${said} by hand`]);
    const before = snapshot(root);
    await expect(upgrade(root, '1.1.0')).rejects.toMatchObject({ code: 'RECORD_DAMAGED' });
    expect(snapshot(root)).toEqual(before);
    await upgrade(root, '1.1.0', { policy: company });
    expect(prepare(root, '1.1.0')).toMatchObject({ problems: [], policy: { locks: company.locks } });
  });

  it('is found to have left it by the quick check too, where a merge brought answers and policy from two branches', () => {
    const root = governed();
    edit(root, ANSWERS, 'owner: vision', 'owner: growth');
    const manifest = JSON.parse(read(root, MANIFEST_PATH));
    const answersSha256 = sha256(Buffer.from(read(root, ANSWERS)));
    putFiles(root, { [MANIFEST_PATH]: JSON.stringify({ ...manifest, answersSha256 }) });
    expect(quickCheck(root, '1.0.0', nodeDisk)).toBeNull();
    edit(root, ANSWERS, 'owner: growth', 'owner: vision');
    putFiles(root, { [MANIFEST_PATH]: JSON.stringify(manifest) });
    expect(quickCheck(root, '1.0.0', nodeDisk)).not.toBeNull();
    const policySha256 = sha256(Buffer.from('presets: [a\n'));
    putFiles(root, { [MANIFEST_PATH]: JSON.stringify({ ...manifest, policySha256 }), [POLICY]: 'presets: [a\n' });
    expect(quickCheck(root, '1.0.0', nodeDisk)).toBeNull();
  });

  it('has texts that follow its other answers, and follow them still', async () => {
    const following = policyOf({
      namespace: { pattern: '${owner}-${name}' },
      host: { pattern: '${namespace}.example.com' },
    });
    const root = stampOut('1.0.0', { policy: following });
    expect(answersIn(root)).toMatchObject({
      namespace: 'ml-team-iris-service',
      host: 'ml-team-iris-service.example.com',
    });
    expect(isUpToDate(prepare(root, '1.0.0'))).toBe(true);
    expect(prepare(root, '1.0.0', { set: { owner: 'growth' } }).departures).toEqual([]);
    await upgrade(root, '1.0.0', { set: { owner: 'growth' } });
    expect(answersIn(root)).toMatchObject({ host: 'growth-iris-service.example.com' });
    expect(prepare(root, '1.0.0')).toMatchObject({ departures: [], changes: [] });

    edit(root, ANSWERS, 'host: growth-iris-service.example.com', 'host: ours.example.com');
    expect(prepare(root, '1.0.0')).toMatchObject({
      departures: [
        { key: 'host', found: 'ours.example.com', locked: 'growth-iris-service.example.com', by: 'company' },
      ],
      answers: { host: 'growth-iris-service.example.com' },
    });
    edit(root, ANSWERS, 'namespace: growth-iris-service', 'namespace: ours');
    expect(prepare(root, '1.0.0').departures.map(({ key, locked }) => [key, locked])).toEqual([
      ['namespace', 'growth-iris-service'],
      ['host', 'growth-iris-service.example.com'],
    ]);
    edit(root, ANSWERS, 'host: ours.example.com\n', '');
    const { defaulted, answers } = prepare(root, '1.0.0');
    expect([defaulted, answers.host]).toEqual([{}, 'growth-iris-service.example.com']);
    expect(() => prepare(root, '1.0.0', { set: { host: 'theirs.example.com' } })).toThrow(
      expect.objectContaining({ code: 'POLICY_LOCKED', message: expect.stringContaining('growth-iris-service') }),
    );
    expect(() => prepare(root, '1.0.0', { set: { owner: 'a'.repeat(60) } })).toThrow(
      expect.objectContaining({
        code: 'ANSWERS_INVALID',
        message: expect.stringMatching(/namespace: .*\(company locks it to "\$\{owner\}/),
      }),
    );
  });

  it('is nobody’s edit where a checkout gave its lines other ends', () => {
    const root = governed();
    for (const path of [POLICY, ANSWERS, MANIFEST_PATH])
      putFiles(root, { [path]: read(root, path).replaceAll('\n', '\r\n') });
    const planned = prepare(root, '1.0.0');
    expect(planned).toMatchObject({ problems: [], departures: [], changes: [] });
    expect(isUpToDate(planned)).toBe(true);
  });

  it.each([
    ['is missing', (root: string) => remove(root, POLICY), /is missing, so nobody knows which answers are fixed/],
    ['cannot be read', (root: string) => putFiles(root, { [POLICY]: 'presets: [a\n' }), /policy\.yaml cannot be used/],
  ])('is not upgraded where the policy %s, until it is given again or left', async (_what, damage, message) => {
    const root = governed();
    damage(root);
    commit(root, 'damage');
    const before = snapshot(root);
    expect(() => prepare(root, '1.1.0')).toThrow(
      expect.objectContaining({
        code: 'RECORD_DAMAGED',
        message: expect.stringMatching(message),
        hint: expect.stringContaining('--preset FILE'),
      }),
    );
    expect(snapshot(root)).toEqual(before);
    await upgrade(root, '1.1.0', { policy: company });
    expect(isUpToDate(prepare(root, '1.1.0'))).toBe(true);
  });

  it('goes by the defaults of answers that are missing, as the upgrade does', () => {
    const root = stampOut('1.0.0', {
      policy: policyOf({ namespace: { pattern: '${owner}-x' } }),
      given: { owner: 'growth' },
    });
    edit(root, ANSWERS, 'owner: growth\n', '');
    expect(prepare(root, '1.0.0').departures).toMatchObject([
      { key: 'namespace', found: 'growth-x', locked: 'ml-team-x' },
    ]);
  });
});

describe('another policy', () => {
  it('is brought with what it fixes, and edits are kept', async () => {
    const root = stampOut('1.0.0', { given: { owner: 'growth' } });
    edit(root, 'README.md', 'Run it', 'Run it, please');
    commit(root, 'work');
    expect(prepare(root, '1.0.0', { policy: company }).departures.map(({ key }) => key)).toEqual(['owner', 'ci']);
    await upgrade(root, '1.0.0', { policy: company });
    expect(answersIn(root)).toMatchObject({ owner: 'vision', ci: 'gitlab' });
    expect(read(root, 'README.md')).toContain('Run it, please');
    expect(isUpToDate(prepare(root, '1.0.0', { policy: company }))).toBe(true);
  });

  it('takes the place of the one before; its locks are the only ones then', async () => {
    const root = governed();
    await upgrade(root, '1.0.0', { policy: policyOf({ node: '22' }, {}, 'other'), set: { owner: 'growth' } });
    expect(parse(read(root, POLICY)).presets).toEqual(['other']);
    expect(answersIn(root)).toMatchObject({ node: '22', owner: 'growth', ci: 'gitlab' });
  });

  it('answers new questions by its defaults, and changes no answer by them', () => {
    const root = stampOut('1.0.0');
    edit(root, ANSWERS, 'node: "24"\n', '');
    const planned = prepare(root, '1.0.0', { policy: policyOf({}, { node: '22', owner: 'growth' }) });
    expect(planned.defaulted).toEqual({ node: '22' });
    expect(planned.answers.owner).toBe('ml-team');
  });

  it.each([
    ['company', NO_POLICY, 'company → none'],
    ['company', policyOf({ owner: 'vision' }), 'company, with other locks'],
    ['company', company, undefined],
    ['none', company, 'none → company'],
  ])('is told: from %s', (from, policy, told) => {
    const root = stampOut('1.0.0', {
      given: { owner: 'vision', ci: 'gitlab' },
      policy: from === 'none' ? NO_POLICY : company,
    });
    const planned = prepare(root, '1.0.0', { policy });
    expect(policyChange(planned)).toEqual(told === undefined ? [] : [told]);
    if (told !== undefined) expect(toMarkdown(planned)).toContain(`### Policy\n\n- ${told}`);
    else expect(toMarkdown(planned)).not.toContain('### Policy');
  });

  it('can be left: the answers stay, and nothing is fixed any more', async () => {
    const root = governed();
    await upgrade(root, '1.0.0', { policy: NO_POLICY });
    expect(existsSync(join(root, POLICY))).toBe(false);
    expect(answersIn(root)).toMatchObject({ owner: 'vision', ci: 'gitlab' });
    expect(isUpToDate(prepare(root, '1.0.0'))).toBe(true);
    expect(() => prepare(root, '1.0.0', { set: { owner: 'growth' } })).not.toThrow();
  });
});

describe('on the command line', () => {
  let cli: Package;
  let place: string;
  beforeAll(async () => {
    cli = await packageOf('1.0.0');
    place = folderWith({
      'company.yaml': 'name: company\ninfrastructure: { locks: { ci: gitlab, owner: vision } }\n',
      'team.yaml':
        'name: team\nextends: company.yaml\nml: { locks: { node: 22 } }\ninfrastructure: { defaults: { contact: us } }\n',
    });
  }, 60_000);
  const QUIET = ['--yes', '--no-install', '--no-git'];

  it('a repository is stamped out by presets, checked by them, and shown in a fleet', () => {
    const made = cli(place, 'a', ...QUIET, '--preset', 'team.yaml');
    expect(made).toMatchObject({
      status: 0,
      stderr: expect.stringContaining('Under the policy of company, team, which fixes ci, owner, node'),
    });
    expect(answersIn(join(place, 'a'))).toMatchObject({ ci: 'gitlab', node: '22', contact: 'us' });
    expect(cli(place, 'regenerate', 'a', '--check')).toMatchObject({ status: 0 });

    edit(join(place, 'a'), ANSWERS, 'node: "22"', 'node: "24"');
    const found = cli(place, 'regenerate', 'a', '--check');
    expect(found).toMatchObject({
      status: 2,
      stdout: expect.stringContaining('Not as the policy says: node is "24"; team locks it to "22" (layer ml)'),
    });
    const departures = [{ key: 'node', layer: 'ml', found: '24', locked: '22', by: 'team' }];
    const policy = { presets: ['company', 'team'], former: ['company', 'team'], departures };
    expect(JSON.parse(cli(place, 'regenerate', 'a', '--check', '--json').stdout)).toMatchObject({ policy });
    expect(cli(place, 'regenerate', 'a', '--check', '--report', 'md').stdout).toContain('team locks it to "22"');
    expect(cli(place, 'status', 'a')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/off the policy of team: node; [\s\S]*1 off the policy \(template/),
    });
    expect(JSON.parse(cli(place, 'status', 'a', '--json').stdout)).toMatchObject({
      states: { 'off-policy': 1 },
      repositories: [{ state: 'off-policy', policy }],
    });
  });

  it('a fleet is judged by a policy that is not rolled out yet', () => {
    expect(cli(place, 'b', ...QUIET).status).toBe(0);
    const [today] = JSON.parse(cli(place, 'status', 'b', '--json').stdout).repositories;
    expect(today).toMatchObject({ state: 'current', policy: { presets: [], former: [], departures: [] } });
    const before = snapshot(join(place, 'b'));
    expect(cli(place, 'regenerate', 'b', '--check', '--preset', 'company.yaml')).toMatchObject({
      status: 2,
      stdout: expect.stringContaining('Not as the policy says: owner is "ml-team"; company locks it to "vision"'),
    });
    expect(cli(place, 'status', 'b', '--preset', 'company.yaml').stdout).toContain(
      'off the policy of company: owner, ci',
    );
    expect(snapshot(join(place, 'b'))).toEqual(before);
  });

  it('what is locked is refused, wherever it is said', () => {
    putFiles(place, { 'answers.yaml': 'ci: none\n' });
    for (const said of [
      ['--set', 'ci=none'],
      ['--answers', 'answers.yaml'],
    ]) {
      const refused = cli(place, 'c', ...QUIET, '--preset', 'company.yaml', ...said);
      expect(refused).toMatchObject({
        status: 1,
        stderr: expect.stringMatching(/POLICY_LOCKED[\s\S]*ci: "none" is not to be had: company locks it to "gitlab"/),
      });
    }
    expect(existsSync(join(place, 'c'))).toBe(false);
  });

  it("what a model's file tells goes before a default, and not before a lock", () => {
    putFiles(place, {
      'proposes.yaml': 'ml: { defaults: { modelType: custom, inputs: "x:FP32[-1,2]", node: 22 } }\n',
      'fixes.yaml': 'ml: { locks: { inputs: "x:FP32[-1,9]" } }\n',
    });
    const madeBy = (preset: string) => {
      const given = ['--model', resolve(modelPath('zipmap-int/model')), '--preset', preset];
      return JSON.parse(cli(place, 'd', ...QUIET, '--dry-run', '--json', ...given).stdout);
    };
    const { answers } = madeBy('proposes.yaml');
    expect(answers).toMatchObject({ modelType: 'tabular-classification', inputs: [{ name: 'X' }], node: '22' });
    expect(madeBy('fixes.yaml')).toMatchObject({ error: { code: 'MODEL_MISMATCH' } });
  });

  it('what is fixed counts before anything is asked of it: the name of the directory, the type of a model', () => {
    putFiles(place, { 'named.yaml': 'infrastructure: { locks: { name: fixed-name } }\n' });
    // Before the command's name it is read as the program's own.
    const made = JSON.parse(cli(place, '--preset', 'named.yaml', ...QUIET, '--dry-run', '--json').stdout);
    expect(made).toMatchObject({ directory: join(place, 'fixed-name'), policy: { presets: ['named'] } });
    expect(cli(place, '--preset', 'company.yaml', 'regenerate', 'b', '--check').status).toBe(2);
  });

  it('a repository under a policy is not stamped out over without one', () => {
    const before = snapshot(join(place, 'a'));
    for (const none of [[], ['--preset', 'none']]) {
      const refused = cli(place, 'a', ...QUIET, '--force', ...none);
      expect(refused).toMatchObject({ status: 1, stderr: expect.stringMatching(/POLICY_LOCKED.*under a policy/) });
    }
    expect(snapshot(join(place, 'a'))).toEqual(before);
    expect(cli(place, 'a', ...QUIET, '--force', '--preset', 'team.yaml').status).toBe(0);
    expect(cli(place, 'regenerate', 'a', '--check')).toMatchObject({ status: 0 });
  });

  it('coming under a policy is a line of the plan and of the fleet', () => {
    putFiles(place, { 'fits.yaml': 'ml: { locks: { node: 24 } }\n' });
    expect(cli(place, 'regenerate', 'b', '--dry-run', '--preset', 'fits.yaml').stdout).toContain('Policy: none → fits');
    expect(cli(place, 'status', 'b', '--preset', 'fits.yaml').stdout).toContain('policy: none → fits');
  });

  it('presets of a run that is pending are refused', () => {
    for (const flag of ['--continue', '--abort']) {
      expect(cli(place, 'regenerate', 'a', flag, '--preset', 'company.yaml')).toMatchObject({
        status: 1,
        stderr: expect.stringContaining('--preset brings the policy of a new run'),
      });
    }
  });
});
