import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { nodeDisk } from '../../generators/apply/node-disk.ts';
import { bytesOf } from '../../generators/contents.ts';
import { FEATURE_NAMES } from '../../generators/questions/features.ts';
import { describeAll } from '../../generators/regenerate/describe.ts';
import { abortUpgrade, continueUpgrade } from '../../generators/regenerate/resume.ts';
import { runUpgrade } from '../../generators/regenerate/run-upgrade.ts';
import { isUpToDate, type Upgrade } from '../../generators/regenerate/upgrade.ts';
import { snapshot } from '../support/folder.ts';
import { commit, edit, git, read, remove } from './harness.ts';
import { planned, releases, unpacked } from './released.ts';
import { editAsTeamsDo, hasGuards, hasSections } from './team-edits.ts';

/* Repositories before 0.10.0 had the template's code in src/. It is in runtime/ now, and src/ is the team's. */

const before = releases.filter((release) => Number(release.split('.')[1]) < 10);

async function run(upgrade: Upgrade): Promise<void> {
  await runUpgrade(upgrade, { allowDirty: false, verify: false, disk: nodeDisk, tell: () => {} });
}

const lineOf = ({ plan }: Upgrade, path: string) =>
  describeAll(plan.outcomes)
    .filter((line) => line.path === path)
    .map(({ word, detail }) => `${word}: ${detail}`)
    .join('\n');

describe.each(before)('a repository of %s, edited as teams do,', (release) => {
  let root: string;
  let upgrade: Upgrade;
  beforeAll(async () => {
    root = unpacked(release);
    editAsTeamsDo(root, release);
    commit(root, 'ours');
    upgrade = planned(root);
    await run(upgrade);
  });

  test('needs nobody, and says how it may be rolled out', () => {
    expect(upgrade.conflicts).toBeNull();
    expect(['online', 'breaking']).toContain(upgrade.rollout.class);
    const whats = upgrade.rollout.findings.map(({ what }) => what);
    expect(whats).toContain('the server changed');
    expect(whats.filter((what) => /^the (?:route|metric) .* is gone$/.test(what))).toEqual([]);
  });

  test('has its route in configure() of src/app.ts', () => {
    const app = read(root, 'src/app.ts');
    expect(app).toContain("import { price } from './ours/price.ts';\n");
    expect(app).toMatch(
      /^export const configure: Configure = \(app\) => \{\n {2}\/\/ Ours: a quick answer\.\n {2}app\.get\('\/ours\/price\/:text'/m,
    );
    expect(app).not.toContain('createApp');
    expect(lineOf(upgrade, 'src/app.ts')).toContain('what you had added to createApp() is in configure() now');
  });

  test('is guarded as before', () => {
    const server = read(root, 'src/server.ts');
    expect(server).toContain("from '#runtime/start';");
    if (!hasGuards(release)) return expect(server).not.toContain('guards');
    expect(server).toContain("import type { Guard } from '#runtime/http/exchange';\n");
    expect(server).toContain("import { requireToken } from './auth.ts';\n");
    expect(server).toContain('const guards: readonly Guard[] = [requireToken];\n');
    expect(server).toMatch(/^await start\(\{ configure, hooks, guards \}\);$/m);
    expect(read(root, 'src/auth.ts')).toContain("from '#runtime/errors';");
    expect(lineOf(upgrade, 'src/server.ts')).toContain('your guards are called as before');
    expect(lineOf(upgrade, 'src/auth.ts')).toBe('update: its imports follow the files that have moved');
  });

  test('has what it had in hooks, in its own files and in files of the template', () => {
    expect(read(root, 'src/hooks/preprocess.ts')).toContain("if (typeof instance === 'string') throw inputError");
    expect(read(root, 'src/hooks/preprocess.ts')).toContain("from '#runtime/errors';");
    // Never edited: the new form is documented there.
    expect(read(root, 'src/hooks/postprocess.ts')).toContain("from '#runtime/api'");
    expect(read(root, 'src/ours/price.ts')).toContain("import { inputError, ServiceError } from '#runtime/errors';");
    expect(read(root, 'runtime/errors.ts')).toContain("export const TEAM = 'ours';\n");
    expect(lineOf(upgrade, 'runtime/errors.ts')).toContain('moved from src/errors.ts');
    expect(read(root, 'Dockerfile')).toContain('# Ours.\nENV OURS=open\nUSER 10001');
    expect(read(root, 'Dockerfile')).toContain('COPY runtime ./runtime');
    const { jobs } = parse(read(root, '.github/workflows/checks.yml'));
    expect(jobs.checks.steps).toContainEqual({ run: 'npm run ours' });
    const { scripts, imports } = JSON.parse(read(root, 'package.json'));
    expect(scripts).toMatchObject({ ours: 'npm test -- test/ours.test.ts' });
    expect(scripts.check).toContain('runtime/cli/check');
    expect(imports).toHaveProperty('#runtime/*');
    expect(read(root, '.gitignore')).toContain('*.ours\n');
    expect(read(root, '.gitattributes')).toContain('linguist-generated');
    expect(read(root, 'README.md')).toContain('Ask us first.');
    expect(existsSync(join(root, 'docs/ONBOARDING.md'))).toBe(false);
    expect(read(root, '.env.example')).toBe('TEAM_TOKEN=\n');
  });

  test('keeps the features that it had, and their sections of serving.yaml', () => {
    expect(parse(read(root, '.ml-serving/answers.yaml'))).toMatchObject({
      features: FEATURE_NAMES.filter((name) => name !== 'queue-autoscaling'),
    });
    if (!hasSections(release)) return;
    expect(read(root, 'serving.yaml')).toContain('predictionLog: { mode: full, to: stdout } # the auditors read it\n');
    expect(parse(read(root, 'serving.yaml'))).toMatchObject({
      feedback: { ttlSeconds: 7200 },
      variants: { mode: 'shadow' },
    });
  });

  test('has nothing left of the old layout', () => {
    for (const path of [
      'src/http',
      'src/inference',
      'src/service.ts',
      'src/config.ts',
      'test/http',
      'test/inference',
      'test/fixtures',
    ]) {
      expect([path, existsSync(join(root, path))]).toEqual([path, false]);
    }
    expect(read(root, 'test/helpers/service.ts')).toContain("from '#runtime/testing'");
    expect(lineOf(upgrade, 'test/helpers/service.ts')).toBe(
      'keep: the template has removed it, your code needs it: it is yours now; test/ours.test.ts imports it',
    );
  });

  test('is up to date then, and src/ is no drift', () => {
    commit(root, 'upgrade');
    edit(root, 'src/app.ts', '// Ours: a quick answer.', '// Ours: changed again.');
    edit(root, 'src/server.ts', '/*', '/* Ours. */\n/*');
    commit(root, 'ours again');
    const again = planned(root);
    expect(isUpToDate(again)).toBe(true);
    expect(again.plan.drift).toEqual(['docs/ONBOARDING.md', 'runtime/errors.ts']);
  });
});

describe.each(before)('a repository of %s that a team has not edited', (release) => {
  test('has what a new one has', async () => {
    const root = unpacked(release);
    const upgrade = planned(root);
    expect(upgrade.conflicts).toBeNull();
    await run(upgrade);
    for (const [path, { bytes, owner }] of upgrade.theirs) {
      // The model and its card are the team's.
      if (owner === 'seeded' && !/^(src|test)\//.test(path)) continue;
      expect([path, read(root, path)]).toEqual([path, Buffer.from(bytesOf(bytes)).toString('utf8')]);
    }
    expect(existsSync(join(root, 'test/http'))).toBe(false);
    expect(existsSync(join(root, 'src/http'))).toBe(false);
  });
});

describe('what cannot be brought over is the team’s to decide, and the service does not start before', () => {
  test.each([
    ['a guard in the call itself', '{ guards, stopSignal }', '{ guards: [() => {}], stopSignal }'],
    [
      'no list of guards',
      'const guards: readonly Guard[] = [];',
      'const guards: readonly Guard[] = makeGuards();\nfunction makeGuards() {\n  return [];\n}',
    ],
  ])('%s in src/server.ts', async (_, from, to) => {
    const root = unpacked('0.9.0');
    edit(root, 'src/server.ts', from, to);
    commit(root, 'ours');
    const upgrade = planned(root);
    const isLeft = upgrade.conflicts?.conflicts.map(({ path }) => path) ?? [];
    await run(upgrade);
    const server = read(root, 'src/server.ts');
    // Either it is called, or there are markers: TypeScript does not compile them.
    expect(isLeft.includes('src/server.ts') ? server.includes('<<<<<<<') : server.includes('hooks, guards });')).toBe(
      true,
    );
    for (const line of to.split('\n')) expect(server).toContain(line);
  });

  test('a route that uses what configure() has not', async () => {
    const root = unpacked('0.9.0');
    const own = "  app.get('/ours', serve({ label: '/ours', handler: ours }));\n";
    edit(root, 'src/app.ts', "  app.set('query parser', false);\n", `  app.set('query parser', false);\n${own}`);
    commit(root, 'ours');
    const upgrade = planned(root);
    expect(upgrade.conflicts?.conflicts).toMatchObject([{ path: 'src/app.ts', markers: true }]);
    expect(lineOf(upgrade, 'src/app.ts')).toContain(
      'between the markers in configure(): what you had changed in the old file',
    );
    await run(upgrade);
    expect(read(root, 'src/app.ts')).toContain(`<<<<<<< yours\n${own.trimEnd()}\n`);
    expect(read(root, 'src/server.ts')).toContain('await start({ configure, hooks });');
  });

  test('an edited test of the template’s code stays, with what it imports, and is named', async () => {
    const root = unpacked('0.9.0');
    edit(root, 'test/config.test.ts', 'import ', '// ours\nimport ');
    remove(root, 'test/batch');
    commit(root, 'ours');
    const upgrade = planned(root);
    await run(upgrade);
    expect(read(root, 'test/config.test.ts')).toContain("from '#runtime/config'");
    expect(lineOf(upgrade, 'test/config.test.ts')).toContain('it tested the template’s own code');
    expect(existsSync(join(root, 'test/http'))).toBe(false);
  });

  test('an edit of a file of the template follows it to runtime/, with its imports', async () => {
    const root = unpacked('0.9.0');
    edit(root, 'src/http/status.ts', 'import ', "import '../ours.ts';\nimport ");
    commit(root, 'ours');
    await run(planned(root));
    expect(read(root, 'runtime/http/status.ts')).toContain("import '../../src/ours.ts';");
  });
});

describe('an upgrade to the new layout that has stopped at a conflict', () => {
  const own = "  app.get('/ours', serve({ label: '/ours', handler: ours }));\n";
  async function stopped() {
    const root = unpacked('0.5.0');
    editAsTeamsDo(root, '0.5.0');
    edit(root, 'src/app.ts', '  // Ours: a quick answer.\n', `${own}  // Ours: a quick answer.\n`);
    commit(root, 'ours');
    const old = snapshot(root, { without: '.git' });
    await run(planned(root));
    return { root, old };
  }

  test('goes back with --abort, byte for byte', async () => {
    const { root, old } = await stopped();
    expect(read(root, 'src/app.ts')).toContain('<<<<<<<');
    abortUpgrade(root, nodeDisk);
    expect(git(root, 'status', '--porcelain')).toBe('');
    expect(snapshot(root, { without: '.git' })).toEqual(old);
  });

  test('is refused by --continue as long as the markers are there, and ends with it once they are gone', async () => {
    const { root } = await stopped();
    const end = () => continueUpgrade(root, { disk: nodeDisk, verify: false, tell: () => {} });
    await expect(end()).rejects.toMatchObject({ code: 'CONFLICTS_LEFT' });
    const app = read(root, 'src/app.ts');
    writeFileSync(join(root, 'src/app.ts'), app.replace(/^(?:[<>]{7} .*|={7})\n/gm, '').replace(own, ''));
    await end();
    commit(root, 'upgrade');
    expect(isUpToDate(planned(root))).toBe(true);
    expect(read(root, 'src/app.ts')).toContain("app.get('/ours/price/:text'");
  });
});
