import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownPackage } from '../../generators/app/package.ts';
import { planRepository } from '../../generators/app/plan.ts';
import { nodeDisk } from '../../generators/apply/node-disk.ts';
import { bytesOf } from '../../generators/contents.ts';
import type { Migration } from '../../generators/migrations/migration.ts';
import type { GivenAnswers } from '../../generators/questions/answers.ts';
import type { Answers } from '../../generators/questions/questions.ts';
import { settleAnswers } from '../../generators/questions/settle.ts';
import { openProject } from '../../generators/regenerate/open-project.ts';
import { runUpgrade } from '../../generators/regenerate/run-upgrade.ts';
import { prepareUpgrade } from '../../generators/regenerate/upgrade.ts';
import { loadTemplate } from '../../generators/render/load-template.ts';
import { sampleOf } from '../../generators/render/samples.ts';
import { readServingFile } from '../../generators/render/serving-file.ts';
import { folderWith, snapshot } from '../support/folder.ts';
import { commit, edit, git, read, remove } from './harness.ts';

/* Answers that describe the model change together with it, or not at all. By the real template: placeholders are its own. */

const { version, templateFolder } = ownPackage();
const NEXT = '99.0.0';
const templates = new Map([version, NEXT].map((one) => [one, loadTemplate(templateFolder, one)]));
const template = templates.get(version) as NonNullable<ReturnType<typeof templates.get>>;
const sample = sampleOf(template, 'tabular-classification');
const renamed: Migration = {
  version: NEXT,
  files: { 'serving.yaml': (text) => text.replace('timeoutMs: 1000 # ours', 'timeoutMs: 2000 # ours') },
};

const inputs: GivenAnswers = { inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 7] }] };
const custom: GivenAnswers = {
  ...inputs,
  modelType: 'custom',
  outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, 2] }],
};

function repository(): string {
  const context = { directoryName: 'my-model', sample: (type: Answers['modelType']) => sampleOf(template, type) };
  const { files } = planRepository(settleAnswers({}, context), { template });
  const root = folderWith(Object.fromEntries(files.map(({ path, bytes }) => [path, bytesOf(bytes)])));
  git(root, 'init', '-q', '-b', 'main');
  commit(root, 'stamp out');
  return root;
}

function prepare(root: string, set: GivenAnswers, to = version) {
  const source = { template: templates.get(to) ?? template, migrations: [renamed], changelog: '' };
  const project = openProject(root, source, { set });
  return prepareUpgrade(project, settleAnswers(project.given, project.context));
}

async function change(root: string, set: GivenAnswers, to = version) {
  const upgrade = prepare(root, set, to);
  await runUpgrade(upgrade, { allowDirty: false, verify: false, disk: nodeDisk, tell: () => {} });
  return upgrade;
}

/** serving.yaml names the model that stands there. */
function expectWhole(root: string): void {
  const hash = createHash('sha256')
    .update(readFileSync(join(root, 'model/model.onnx')))
    .digest('hex');
  expect(read(root, 'serving.yaml')).toContain(hash);
}

describe("with the template's model still in place", () => {
  it.each([
    ['inputs', inputs],
    ['the type, inputs and outputs', custom],
  ])('%s bring the placeholder that fits, and back', async (_, set) => {
    const root = repository();
    const before = snapshot(join(root, 'model'));
    const { rollout, conflicts } = await change(root, set);
    expect(conflicts).toBeNull();
    expect(rollout.class).toBe('breaking');
    expect(rollout.findings.map(({ what }) => what)).toContain('the model changed');
    expect(readServingFile(read(root, 'serving.yaml'))).toMatchObject({ placeholder: true, inputs: set.inputs });
    expectWhole(root);
    expect(prepare(root, {}).changes).toEqual([]);
    commit(root, 'a placeholder');

    const { inputs: old, outputs } = sample;
    await change(root, { modelType: 'tabular-classification', inputs: old, outputs });
    expectWhole(root);
    expect(snapshot(join(root, 'model'))).toEqual(before);
  });

  it('with another version in the same step, edits of serving.yaml included', async () => {
    const root = repository();
    edit(root, 'serving.yaml', 'timeoutMs: 1000', 'timeoutMs: 1000 # ours');
    commit(root, 'measured');
    const { conflicts } = await change(root, inputs, NEXT);
    expect(conflicts).toBeNull();
    expect(read(root, 'serving.yaml')).toContain('timeoutMs: 2000 # ours');
    expectWhole(root);
  });

  it('where the base of serving.yaml is damaged too', async () => {
    const root = repository();
    writeFileSync(join(root, '.ml-serving/base.json.gz'), 'x');
    commit(root, 'damaged');
    await change(root, inputs);
    expectWhole(root);
  });

  it('written into the record by hand', async () => {
    const root = repository();
    edit(root, '.ml-serving/answers.yaml', 'name: float_input', 'name: measurements');
    commit(root, 'by hand');
    await change(root, {});
    expect(read(root, 'serving.yaml')).toContain('name: measurements');
    expectWhole(root);
  });
});

describe('with a model of its own', () => {
  const release = (root: string) => writeFileSync(join(root, 'model/model.onnx'), 'ours');
  const refused = (root: string, set: GivenAnswers, found: object) => {
    commit(root, 'ours');
    const before = snapshot(root);
    expect(() => prepare(root, set)).toThrow(expect.objectContaining({ code: 'MODEL_OWN', ...found }));
    expect(snapshot(root)).toEqual(before);
  };

  it('they are refused, with the way to release another', () => {
    const root = repository();
    release(root);
    refused(root, inputs, {
      message: expect.stringMatching(/model\/model\.onnx.*inputs/),
      hint: expect.stringContaining('create-ml-serving model FILE.onnx'),
    });
  });

  it('another type is another service', () => {
    const root = repository();
    release(root);
    refused(root, custom, { hint: expect.stringContaining('create-ml-serving --model FILE.onnx') });
  });

  it('a model that is fetched from elsewhere, or samples of its own, are a model of its own', () => {
    const fetched = repository();
    remove(fetched, 'model/model.onnx');
    refused(fetched, inputs, { message: expect.stringContaining('model/model.onnx') });
    const sampled = repository();
    edit(sampled, 'model/golden.json', '{', '{ ');
    refused(sampled, inputs, { message: expect.stringContaining('model/golden.json') });
  });

  it('all other answers and versions leave it alone', async () => {
    const root = repository();
    release(root);
    remove(root, 'model/golden.json');
    commit(root, 'ours');
    await change(root, { owner: 'vision' }, NEXT);
    expect(read(root, 'model/model.onnx')).toBe('ours');
    expect(existsSync(join(root, 'model/golden.json'))).toBe(false);
    expect(git(root, 'status', '--porcelain', 'model')).toBe('');
  });
});
