import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { folderWith, putFiles, snapshot } from '../support/folder.ts';
import { commit, edit, read } from './harness.ts';
import { type Package, packageOf, stampedOutBy } from './package.ts';

const FEATURES = {
  'features/drift.yaml':
    'description: d\nfiles: [docs/drift.md, model/reference.json, scripts/drift.mjs]\nscripts: [reference]\nnextSteps: ["Make a reference: npm run reference"]\n',
  'features/feedback.yaml': 'description: f\nneeds: [drift]\nschema: [feedback]\n',
  'features/page.yaml': 'description: p\nconflicts: [kserve]\n',
  'features/kserve.yaml': 'description: k\n',
  'base/runtime/features.ts': '',
  'base/runtime/features/drift/index.ts': 'export const drift = {};\n',
  'base/runtime/features/feedback/index.ts': 'export const feedback = {};\n',
  'base/runtime/features/page/index.ts': 'export const page = {};\n',
  'base/docs/drift.md': 'How to look at drift.\n',
  'base/model/reference.json': '{}\n',
  'base/scripts/drift.mjs': 'console.log(1);\n',
  'base/schema/serving.schema.json': '{\n  "properties": {\n    "limits": {},\n    "feedback": {}\n  }\n}\n',
};

let current: Package;
let old: Package;

beforeAll(async () => {
  current = await packageOf('1.1.0', FEATURES);
  old = await packageOf('1.0.0');
}, 60_000);

const repository = (features: string) => stampedOutBy(current, '--set', `features=${features}`);
const featuresIn = (root: string) => parse(read(root, '.ml-serving/answers.yaml')).features;
const has = (root: string, path: string) => existsSync(join(root, path));
const listIn = (root: string) => read(root, 'runtime/features.ts').match(/= \[(.*)\];/)?.[1];
const isClean = (root: string) => current(root, 'regenerate', '--check').status === 0;

test('creating a repository reports what comes with a feature', () => {
  const top = folderWith({});
  const created = current(top, 'x', '--yes', '--no-install', '--no-git', '--set', 'features=feedback');
  expect(created).toMatchObject({
    status: 0,
    stderr: expect.stringContaining('The feature drift comes with it: feedback needs it'),
  });
  expect(featuresIn(join(top, 'x'))).toEqual(['drift', 'feedback']);
});

describe('create-ml-serving add', () => {
  it('brings a feature with all that it needs, and says what to do next', () => {
    const root = repository('page');
    expect(has(root, 'runtime/features/drift/index.ts')).toBe(false);
    const { status, stdout, stderr } = current(root, 'add', 'feedback');
    expect([status, stderr]).toEqual([0, expect.stringContaining('Make a reference: npm run reference')]);
    expect(stdout).toContain('Features that are added: drift,feedback');
    expect(stdout).toContain('The feature drift comes with it: feedback needs it');
    expect(stdout).toMatch(/add {6}runtime\/features\/feedback\/index\.ts/);
    expect(featuresIn(root)).toEqual(['drift', 'feedback', 'page']);
    expect(listIn(root)).toBe('drift, feedback, page');
    expect(JSON.parse(read(root, 'schema/serving.schema.json')).properties).toHaveProperty('feedback');
    expect(has(root, 'model/reference.json')).toBe(true);
    expect(isClean(root)).toBe(true);
  });

  it('gives what creating it with the same features gives', () => {
    const root = repository('none');
    expect(current(root, 'add', 'page,drift').status).toBe(0);
    const without = { without: '.git' };
    const [added, created] = [snapshot(root, without), snapshot(repository('drift,page'), without)];
    const own = (files: Record<string, string>) =>
      Object.fromEntries(Object.entries(files).filter(([path]) => !path.startsWith('.ml-serving/local')));
    expect(own(added)).toEqual(own(created));
  });

  it('merges with what the team has changed, and leaves a file of theirs that is there already', () => {
    const root = repository('page');
    putFiles(root, { 'model/reference.json': '{"ours": true}\n' });
    edit(root, 'README.md', '# iris-service', '# iris-service of ours');
    commit(root, 'work');
    expect(current(root, 'add', 'drift').status).toBe(0);
    expect(read(root, 'model/reference.json')).toBe('{"ours": true}\n');
    expect(read(root, 'README.md')).toContain('# iris-service of ours');
  });

  it('has nothing to do for a feature that is there', () => {
    const root = repository('page');
    const before = snapshot(root);
    const { status, stdout, stderr } = current(root, 'add', 'page');
    expect({ status, stdout, stderr }).toEqual({
      status: 0,
      stdout: 'Up to date: template 1.1.0\n',
      stderr: 'page: chosen already\n',
    });
    expect(snapshot(root)).toEqual(before);
  });

  it('refuses names that it does not know and features that contradict each other', () => {
    const root = repository('page');
    const before = snapshot(root);
    expect(current(root, 'add', 'drfit')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/ANSWERS_INVALID: there is no feature "drfit"; did you mean drift\?/),
    });
    expect(current(root, 'add', 'kserve')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('kserve and page do not go together: leave one out'),
    });
    expect(snapshot(root)).toEqual(before);
  });

  it.each(['--dry-run', '--diff', '--json'])('writes nothing with %s but says what it would do', (flag) => {
    const root = repository('page');
    const before = snapshot(root);
    const flags = flag === '--json' ? [flag, '--dry-run'] : [flag];
    const { status, stdout } = current(root, 'add', 'drift', ...flags);
    expect([status, stdout]).toEqual([0, expect.stringContaining('runtime/features/drift/index.ts')]);
    expect(snapshot(root)).toEqual(before);
    if (flag === '--json') {
      expect(JSON.parse(stdout)).toMatchObject({
        features: { added: ['drift'], removed: [], needed: [], nextSteps: ['Make a reference: npm run reference'] },
      });
    }
  });

  it('refuses to work on a repository of an older version, which is upgraded first', () => {
    const root = stampedOutBy(old);
    const before = snapshot(root);
    expect(current(root, 'add', 'drift')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(
        /UPGRADE_FIRST: .* is at template 1\.0\.0; this is create-ml-serving 1\.1\.0\.\n.*npx create-ml-serving@1\.0\.0 add/,
      ),
    });
    expect(snapshot(root)).toEqual(before);
  });

  it('refuses what a policy locks, and works on a repository by its directory', () => {
    const root = repository('page');
    const preset = join(root, '..', 'company.yaml');
    writeFileSync(preset, 'middleware: { locks: { features: [page] } }\n');
    expect(current(root, 'regenerate', '--preset', preset).status).toBe(0);
    commit(root, 'policy');
    const refused = current(join(root, '..'), 'add', 'drift', '--directory', 'iris-service');
    expect(refused).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/POLICY_LOCKED: features: drift,page is not to be had: company locks it to page/),
    });
  });

  it('refuses a directory that is no repository, and changes that are in no commit', () => {
    const root = repository('page');
    expect(current(join(root, '..'), 'add', 'drift')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('NOT_STAMPED_OUT'),
    });
    edit(root, 'README.md', '# iris-service', '# ours');
    expect(current(root, 'add', 'drift')).toMatchObject({ status: 1, stderr: expect.stringContaining('TREE_DIRTY') });
  });
});

describe('create-ml-serving remove', () => {
  it('leaves nothing of a feature, and is what creating it without gives', () => {
    const root = repository('drift,page');
    const { status, stdout } = current(root, 'remove', 'drift');
    expect([status, stdout]).toEqual([0, expect.stringContaining('Features that are removed: drift')]);
    expect(featuresIn(root)).toEqual(['page']);
    expect(listIn(root)).toBe('page');
    for (const path of ['runtime/features/drift', 'docs/drift.md', 'model/reference.json', 'scripts/drift.mjs'])
      expect([path, has(root, path)]).toEqual([path, false]);
    expect(isClean(root)).toBe(true);
  });

  it('keeps and reports a file that the team has edited, a seeded one too', () => {
    const root = repository('drift,page');
    edit(root, 'docs/drift.md', 'How', 'Our way');
    putFiles(root, { 'model/reference.json': '{"ours": true}\n' });
    commit(root, 'work');
    const { status, stdout, stderr } = current(root, 'remove', 'drift');
    expect(status).toBe(0);
    expect(stderr).toContain('Kept, because you have edited them: docs/drift.md, model/reference.json.');
    expect(stdout).toMatch(/keep {5}docs\/drift\.md {2}.*it is yours now/);
    expect(stdout).toMatch(/keep {5}model\/reference\.json {2}.*it is yours now/);
    expect(read(root, 'docs/drift.md')).toContain('Our way');
    expect(read(root, 'model/reference.json')).toBe('{"ours": true}\n');
    expect(has(root, 'scripts/drift.mjs')).toBe(false);
    commit(root, 'removed');
    expect(current(root, 'add', 'drift').status).toBe(3);
  });

  it('refuses while serving.yaml has keys of it, with their line', () => {
    const root = repository('feedback,page');
    const yaml = read(root, 'serving.yaml');
    writeFileSync(join(root, 'serving.yaml'), `${yaml}# ours\nfeedback:\n  ttlSeconds: 5\n`);
    commit(root, 'work');
    const before = snapshot(root);
    const line = yaml.split('\n').length + 1;
    for (const command of [
      ['remove', 'feedback'],
      ['regenerate', '--set', 'features=page'],
    ]) {
      expect(current(root, ...command)).toMatchObject({
        status: 1,
        stderr: expect.stringContaining(
          `FEATURE_IN_USE: serving.yaml:${line}: feedback is set, which belongs to feedback`,
        ),
      });
    }
    expect(snapshot(root)).toEqual(before);
    edit(root, 'serving.yaml', '# ours\nfeedback:\n  ttlSeconds: 5\n', '');
    commit(root, 'work');
    expect(current(root, 'remove', 'feedback').status).toBe(0);
    expect(JSON.parse(read(root, 'schema/serving.schema.json')).properties).not.toHaveProperty('feedback');
  });

  it('refuses what others need, and takes both at once', () => {
    const root = repository('feedback');
    expect(current(root, 'remove', 'drift')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(
        /FEATURE_NEEDED: feedback needs drift\.\n.*create-ml-serving remove drift feedback/,
      ),
    });
    expect(current(root, 'remove', 'drift', 'feedback').status).toBe(0);
    expect(featuresIn(root)).toEqual([]);
  });

  it('has nothing to do for a feature that is not there', () => {
    const root = repository('page');
    expect(current(root, 'remove', 'drift')).toMatchObject({
      status: 0,
      stdout: 'Up to date: template 1.1.0\n',
      stderr: 'drift: not chosen\n',
    });
  });
});

test('a file of a feature that was deleted by hand stays deleted when others are added', () => {
  const root = repository('drift,page');
  rmSync(join(root, 'docs/drift.md'));
  commit(root, 'work');
  expect(current(root, 'add', 'feedback').status).toBe(0);
  expect(has(root, 'docs/drift.md')).toBe(false);
});
