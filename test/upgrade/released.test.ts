import { execFileSync } from 'node:child_process';
import { appendFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ownPackage } from '../../generators/app/package.ts';
import { planRepository } from '../../generators/app/plan.ts';
import { nodeDisk } from '../../generators/apply/node-disk.ts';
import { bytesOf } from '../../generators/contents.ts';
import { migrations } from '../../generators/migrations/registry.ts';
import { MANIFEST_PATH, type Manifest } from '../../generators/project/manifest.ts';
import type { Answers } from '../../generators/questions/questions.ts';
import { settleAnswers } from '../../generators/questions/settle.ts';
import { openProject } from '../../generators/regenerate/open-project.ts';
import { runUpgrade } from '../../generators/regenerate/run-upgrade.ts';
import { prepareUpgrade } from '../../generators/regenerate/upgrade.ts';
import { loadTemplate } from '../../generators/render/load-template.ts';
import { folderWith } from '../support/folder.ts';
import { commit, edit, git, read } from './harness.ts';

/* A repository of every released version, edited as teams edit it, is brought to this version. */

const { version, templateFolder } = ownPackage();
const template = loadTemplate(templateFolder, version);
const releases = readdirSync(join(import.meta.dirname, 'released')).map((file) => file.replace('.tar.gz', ''));

function unpacked(release: string): string {
  const folder = folderWith({});
  execFileSync('tar', ['-xzf', join(import.meta.dirname, 'released', `${release}.tar.gz`), '-C', folder]);
  const root = join(folder, 'my-model');
  git(root, 'init', '-q', '-b', 'main');
  commit(root, 'stamp out');
  return root;
}

async function toThisVersion(root: string): Promise<void> {
  const project = openProject(root, { template, migrations, changelog: '' }, {});
  const upgrade = prepareUpgrade(project, settleAnswers(project.given, project.context));
  await runUpgrade(upgrade, { allowDirty: false, verify: false, disk: nodeDisk, tell: () => {} });
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

    const project = openProject(root, { template, migrations, changelog: '' }, {});
    const upgrade = prepareUpgrade(project, settleAnswers(project.given, project.context));
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
    expect(manifestOf(root).templateVersion).toBe(version);
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
