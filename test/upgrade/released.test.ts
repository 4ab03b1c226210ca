import { appendFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ownPackage } from '../../generators/app/package.ts';
import { planRepository } from '../../generators/app/plan.ts';
import { nodeDisk } from '../../generators/apply/node-disk.ts';
import { bytesOf } from '../../generators/contents.ts';
import { MANIFEST_PATH, type Manifest } from '../../generators/project/manifest.ts';
import type { Answers } from '../../generators/questions/questions.ts';
import { quickMissing } from '../../generators/regenerate/quick-missing.ts';
import { runUpgrade } from '../../generators/regenerate/run-upgrade.ts';
import { commit, edit, read } from './harness.ts';
import { planned, releases, target, template, unpacked } from './released.ts';

/* A repository of every released version, edited as teams edit it, is brought to this version. */

const { version } = ownPackage();

async function toThisVersion(root: string): Promise<void> {
  await runUpgrade(planned(root), { allowDirty: false, verify: false, disk: nodeDisk, tell: () => {} });
}

const manifestOf = (root: string) => JSON.parse(read(root, MANIFEST_PATH)) as Manifest;

test('this version, once it is in the changelog, has its repository here', () => {
  expect(releases).toContain(version);
});

test('whatever changes what the template renders raises its version', () => {
  const root = unpacked(version);
  const answers = parse(read(root, '.ml-serving/answers.yaml')) as Answers;
  const record = planRepository(answers, { template }).files.find(({ path }) => path === MANIFEST_PATH);
  const rendered = JSON.parse(Buffer.from(bytesOf(record?.bytes ?? new Uint8Array())).toString('utf8')) as Manifest;
  expect(manifestOf(root).files).toEqual(rendered.files);
});

describe.each(releases)('a repository of %s', (release) => {
  test('that a team has edited keeps every edit', async () => {
    const root = unpacked(release);
    appendFileSync(join(root, 'README.md'), '\n## Ours\n\nAsk us first.\n');
    edit(root, 'serving.yaml', 'maxQueue: 256', 'maxQueue: 64 # measured');
    // What npm does where a team adds a dependency.
    edit(root, 'package-lock.json', '"packages": {', '"packages": {\n    "node_modules/ours": { "version": "1.0.0" },');
    edit(root, 'package.json', '"scripts": {', '"scripts": {\n    "ours": "node ours.mjs",');
    writeFileSync(join(root, 'src', 'hooks', 'preprocess.ts'), '// all ours\n');
    writeFileSync(join(root, 'ours.mjs'), 'export {};\n');
    rmSync(join(root, 'docs', 'ONBOARDING.md'));
    commit(root, 'our edits');

    const upgrade = planned(root);
    // What stands below the template's last line in the README meets none of its changes.
    expect(upgrade.conflicts).toBeNull();
    expect(upgrade.plan.drift).toEqual(['docs/ONBOARDING.md']);
    await runUpgrade(upgrade, { allowDirty: false, verify: false, disk: nodeDisk, tell: () => {} });
    expect(read(root, 'README.md')).toContain('Ask us first.');
    expect(read(root, 'serving.yaml')).toContain('maxQueue: 64 # measured');
    expect(JSON.parse(read(root, 'package.json'))).toMatchObject({ scripts: { ours: 'node ours.mjs' } });
    expect(read(root, 'src/hooks/preprocess.ts')).toBe('// all ours\n');
    expect(read(root, 'ours.mjs')).toBe('export {};\n');
    expect(readdirSync(join(root, 'docs'))).not.toContain('ONBOARDING.md');
    expect(read(root, 'package-lock.json')).toContain('"node_modules/ours"');
    expect(manifestOf(root).templateVersion).toBe(target);
    expect(readdirSync(join(root, 'model'))).toContain('reference.json');
  });

  test('whose model a team has replaced gets no drift reference of the sample', async () => {
    const root = unpacked(release);
    const servingYaml = read(root, 'serving.yaml');
    writeFileSync(join(root, 'serving.yaml'), servingYaml.replace(/sha256: [0-9a-f]{64}/, `sha256: ${'0'.repeat(64)}`));
    rmSync(join(root, 'model', 'reference.json'), { force: true });
    commit(root, 'our model');
    await toThisVersion(root);
    expect(readdirSync(join(root, 'model'))).not.toContain('reference.json');
  });
});

describe('the pipeline of a repository of 0.1.0, edited as teams edit it', () => {
  const checks = '.github/workflows/checks.yml';
  const last = '      - run: npm run check\n';

  test.each([
    ['a comment at the last step', (text: string) => text.replace(last, '      - run: npm run check # nightly too\n')],
    ['a comment below it', (text: string) => `${text}      # ours: more to come\n`],
    ['a step of its own', (text: string) => `${text}      - run: npm run ours\n`],
    ['an edit of the last step', (text: string) => text.replace(last, '      - run: npm run check -- --ours\n')],
    ['no last step', (text: string) => text.replace(last, '')],
  ])('gets the job of the monitoring: %s', async (_, edited) => {
    const root = unpacked('0.1.0');
    writeFileSync(join(root, checks), edited(read(root, checks)));
    commit(root, 'our pipeline');
    const old = parse(read(root, checks));
    await toThisVersion(root);
    const { jobs } = parse(read(root, checks));
    expect(Object.keys(jobs)).toEqual(['checks', 'monitoring']);
    expect(jobs.checks.steps).toEqual(
      expect.arrayContaining([...old.jobs.checks.steps, { run: 'npm run rules -- --check' }]),
    );
  });

  test('is told of the job that an earlier upgrade could not bring, and gets it with --restore', async () => {
    const root = unpacked('0.8.0');
    const whole = read(root, checks);
    const { jobs: known } = parse(whole);
    const missed = whole
      .slice(0, whole.indexOf('      - run: npm run rules'))
      .replace(last, `${last.trimEnd()} # ours\n`);
    writeFileSync(join(root, checks), missed);
    commit(root, 'as an upgrade left it');
    const plan = async (restore: readonly string[]) => {
      const upgrade = planned(root, { restore });
      await runUpgrade(upgrade, { allowDirty: false, verify: false, disk: nodeDisk, tell: () => {} });
      commit(root, 'upgrade');
      return upgrade.plan.outcomes.find(({ path }) => path === checks);
    };
    const first = await plan([]);
    expect(first?.missing.map(({ key }) => key)).toEqual(['jobs.checks.steps[7]', 'jobs.monitoring']);
    expect(quickMissing(root, nodeDisk).map(({ path }) => path)).toEqual([checks]);
    const second = await plan([`./${checks}`]);
    expect(second).toMatchObject({ missing: [], conflict: null });
    expect(parse(read(root, checks)).jobs).toEqual(known);
    expect(read(root, checks)).toContain('# ours');
    expect(quickMissing(root, nodeDisk)).toEqual([]);
    expect(() => planned(root, { restore: ['nope.yml'] })).toThrow('--restore: the template renders no nope.yml');
  });
});
