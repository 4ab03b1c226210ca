import { chmodSync, existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { nodeDisk } from '../../generators/apply/node-disk.ts';
import { mergePresets } from '../../generators/policy/policy.ts';
import { describeAll } from '../../generators/regenerate/describe.ts';
import { quickCheck } from '../../generators/regenerate/quick-check.ts';
import { putFiles, snapshot } from '../support/folder.ts';
import { commit, edit, git, ownTestsPass, prepare, read, remove, stampOut, upgrade } from './harness.ts';

const LOCAL = '.ml-serving/local';
const tree = (root: string) => {
  const files = snapshot(root, { without: '.git' });
  return Object.fromEntries(Object.entries(files).filter(([path]) => !`${path}/`.startsWith(`${LOCAL}/`)));
};
const versions = ['1.0.0', '1.1.0', '2.0.0'];

describe('a team that has changed nothing', () => {
  it.each([
    ['1.0.0', '1.1.0'],
    ['1.1.0', '2.0.0'],
    ['1.0.0', '2.0.0'],
  ])('goes from %s to %s and has what that stamps out, byte for byte', async (from, to) => {
    const root = stampOut(from);
    const { conflicts } = await upgrade(root, to);
    expect(conflicts).toBeNull();
    const fresh = tree(stampOut(to, { given: to === '2.0.0' ? { registry: 'registry.example/ml-team' } : {} }));
    // Seeded files stay as the version that seeded them wrote them; the record of them is that of the new version.
    for (const path of ['src/hooks/preprocess.mjs']) fresh[path] = tree(stampOut(from))[path] as string;
    expect(tree(root)).toEqual(fresh);
    expect(ownTestsPass(root)).toBe(true);
  });

  it('changes no byte at the same version, or a second time', async () => {
    for (const version of versions) {
      const root = stampOut(version);
      const old = snapshot(root);
      await upgrade(root, version);
      expect(snapshot(root)).toEqual(old);
    }
    const root = stampOut('1.0.0');
    await upgrade(root, '2.0.0');
    commit(root, 'upgrade');
    const old = snapshot(root);
    const { changes } = await upgrade(root, '2.0.0');
    expect(changes).toEqual([]);
    expect(snapshot(root)).toEqual(old);
  });

  it('comes to the same in one step as in two', async () => {
    const [once, twice] = [stampOut('1.0.0'), stampOut('1.0.0')];
    await upgrade(once, '2.0.0');
    await upgrade(twice, '1.1.0', { allowDirty: true });
    await upgrade(twice, '2.0.0', { allowDirty: true });
    expect(tree(once)).toEqual(tree(twice));
  });
});

/** What a year of work leaves in a repository. */
function work(root: string): void {
  edit(root, 'serving.yaml', 'version: "1.0.0"', 'version: "3.2.0"');
  edit(root, 'serving.yaml', 'intraOpThreads: 1', 'intraOpThreads: 2 # measured on our nodes');
  writeFileSync(join(root, 'model/model.onnx'), Buffer.from([8, 7, 0, 255]));
  edit(root, 'src/hooks/preprocess.mjs', 'Number(instance)', 'Number(instance) * 1');
  edit(root, 'src/app.mjs', "return { status: 'ok' };", "return { status: 'ok', team: 'ours' };");
  edit(root, 'src/old/helper.mjs', 'return value * FACTOR;', 'const scaled = value * FACTOR;\n  return scaled;');
  edit(
    root,
    'package.json',
    '"start": "node src/app.mjs"',
    '"lint:ours": "true",\n    "start": "node src/app.mjs --ours"',
  );
  edit(root, 'package.json', '"dependencies": {}', '"dependencies": {\n    "ours": "file:./ours"\n  }');
  edit(
    root,
    '.github/workflows/ci.yml',
    '        run: npm test\n',
    '        run: npm test\n      - name: Ours\n        run: ./ours.sh\n',
  );
  edit(root, 'Dockerfile', 'USER 10001', 'RUN apt-get update\nUSER 10001');
  edit(root, 'README.md', '## Who to ask', '## Our notes\n\nRead them.\n\n## Who to ask');
  edit(root, '.gitignore', 'node_modules/\n', 'node_modules/\n.idea/\n');
  edit(root, 'tsconfig.json', '"strict": true', '"strict": false');
  edit(root, 'scripts/run.sh', 'set -eu', 'set -eux');
  edit(root, 'docs/updating.md', 'Run regenerate.', 'Run regenerate on Mondays.');
  edit(root, 'compose.yaml', 'build: .', 'build: ./ours');
  remove(root, 'docs/logo.png');
  putFiles(root, {
    'src/ours.mjs': 'export const ours = 1;\n',
    'ours/package.json': '{"name":"ours"}',
  });
  commit(root, 'a year of work');
}

describe('a team that has worked in its repository', () => {
  it.each([
    ['in one step', ['2.0.0']],
    ['version by version', ['1.1.0', '2.0.0']],
  ])('keeps every edit %s, and its own tests pass', async (_, steps) => {
    const root = stampOut('1.0.0');
    work(root);
    const results = [];
    for (const to of steps) {
      results.push(await upgrade(root, to));
      commit(root, to);
    }
    expect(results.map(({ conflicts }) => conflicts)).toEqual(steps.map(() => null));

    const serving = parse(read(root, 'serving.yaml'));
    expect(serving).toMatchObject({
      apiVersion: 'ml-serving/v2',
      model: { version: '3.2.0' },
      runtime: { workers: 'auto', threads: 2 },
      batching: { maxDelayMs: 2 },
      limits: { maxInstances: 1024 },
    });
    expect(read(root, 'serving.yaml')).toContain('threads: 2 # measured on our nodes');
    expect(read(root, 'src/app.mjs')).toContain("team: 'ours'");
    expect(read(root, 'src/app.mjs')).toContain("count('ml_serving_requests_total')");
    expect(read(root, 'src/lib/helper.mjs')).toContain('const scaled = value * FACTOR;');
    expect(read(root, 'src/lib/helper.mjs')).toContain('three decimal places');
    expect(JSON.parse(read(root, 'package.json'))).toMatchObject({
      mlServing: { templateVersion: '2.0.0' },
      scripts: { check: 'node src/app.mjs --check', 'lint:ours': 'true', start: 'node src/app.mjs --ours' },
      dependencies: { ours: 'file:./ours' },
    });
    const { steps: ci } = parse(read(root, '.github/workflows/ci.yml')).jobs.test;
    expect(ci.map((step: { name: string }) => step.name)).toEqual(['Check out', 'Node', 'Test', 'Ours']);
    expect(read(root, 'Dockerfile')).toMatch(/ORT_DISABLE_TELEMETRY[\s\S]*apt-get update/);
    expect(read(root, 'README.md')).toMatch(/npm start[\s\S]*Our notes/);
    expect(read(root, '.gitignore')).toBe('node_modules/\n.idea/\ndist/\ncoverage/\n');
    expect(read(root, 'tsconfig.json')).toContain(
      '// read by editors\n  "compilerOptions": {\n    "strict": false,\n    "target": "es2023"',
    );
    expect(read(root, 'tools/run.sh')).toContain('set -eux');
    expect(statSync(join(root, 'tools/run.sh')).mode & 0o100).toBe(0o100);
    expect(read(root, 'docs/UPDATING.md')).toContain('on Mondays');
    expect(existsSync(join(root, 'docs/logo.png'))).toBe(false);
    expect(read(root, 'compose.yaml')).toContain('build: ./ours');
    expect(read(root, 'src/ours.mjs')).toBe('export const ours = 1;\n');
    expect(existsSync(join(root, 'src/legacy.mjs'))).toBe(false);
    expect(existsSync(join(root, 'src/old'))).toBe(false);
    expect(ownTestsPass(root)).toBe(true);
  });

  it('hears about what it deleted, kept and has in the way', async () => {
    const root = stampOut('1.0.0');
    work(root);
    putFiles(root, { 'scripts/ours.sh': '#!/bin/sh\n' });
    const { plan } = prepare(root, '2.0.0');
    const decisions = Object.fromEntries(plan.outcomes.map(({ path, decision }) => [path, decision]));
    expect(decisions).toMatchObject({
      'compose.yaml': 'keep-removed',
      'docs/logo.png': 'stay-deleted-changed',
      // The team has a file of its own in the folder, which the new version wants to be a file.
      scripts: 'conflict-in-the-way',
      'src/legacy.mjs': 'delete',
    });
  });
});

describe('a team on Windows', () => {
  it('has no conflict and no drift because of line ends, and keeps them', async () => {
    const root = stampOut('1.0.0', { git: false });
    const paths = [
      'src/app.mjs',
      'src/old/helper.mjs',
      'src/limits.mjs',
      'package.json',
      'serving.yaml',
      'README.md',
      'tsconfig.json',
      'test/app.test.mjs',
      'Dockerfile',
      '.github/workflows/ci.yml',
    ];
    for (const path of paths) writeFileSync(join(root, path), read(root, path).replaceAll('\n', '\r\n'));
    edit(root, 'serving.yaml', 'intraOpThreads: 1', 'intraOpThreads: 4');
    expect(prepare(root, '1.0.0').plan.drift).toEqual([]);
    const { conflicts } = await upgrade(root, '2.0.0');
    expect(conflicts).toBeNull();
    for (const path of ['src/app.mjs', 'package.json', 'serving.yaml', 'tsconfig.json', '.github/workflows/ci.yml']) {
      expect(read(root, path).replaceAll('\r\n', '')).not.toContain('\n');
    }
    expect(read(root, 'serving.yaml')).toContain('threads: 4');
    expect(ownTestsPass(root)).toBe(true);
  });
});

describe('a clone with core.autocrlf', () => {
  function cloned(edits: (root: string) => void): [plain: string, windows: string] {
    const root = stampOut('1.0.0');
    edits(root);
    git(root, 'add', '-A');
    git(root, 'commit', '-q', '--allow-empty', '-m', 'work');
    const place = join(root, '..', 'windows');
    git(root, 'clone', '-q', '-c', 'core.autocrlf=true', root, place);
    expect(read(place, 'src/app.mjs')).toContain('\r\n');
    return [root, place];
  }
  /** What Git stores of the work tree, without the transaction of a run with conflicts. */
  const stored = (root: string) => {
    git(root, 'add', '-A');
    return git(root, 'write-tree');
  };

  it('has untouched files: nothing is an edit, in no output, and the record is not written anew', () => {
    const [, windows] = cloned(() => {});
    const { changes, plan } = prepare(windows, '1.0.0');
    expect([changes, plan.drift]).toEqual([[], []]);
    expect(quickCheck(windows, '1.0.0', nodeDisk)).toMatchObject({ drift: [] });
    const upgraded = prepare(windows, '1.1.0');
    expect(describeAll(upgraded.plan.outcomes)).toEqual(describeAll(prepare(stampOut('1.0.0'), '1.1.0').plan.outcomes));
    expect(describeAll(upgraded.plan.outcomes).filter(({ word }) => word === 'merge')).toEqual([]);
  });

  it.each([
    ['nothing', () => {}],
    [
      'a year of work',
      (root: string) => {
        work(root);
        edit(root, 'src/limits.mjs', '1024', '10');
      },
    ],
  ])('with %s comes to what a plain clone comes to', async (_, edits) => {
    const [plain, windows] = cloned(edits);
    for (const version of ['1.1.0', '2.0.0']) {
      const [own, its] = [await upgrade(plain, version), await upgrade(windows, version)];
      expect(its.conflicts).toEqual(own.conflicts);
      expect(describeAll(its.plan.outcomes)).toEqual(describeAll(own.plan.outcomes));
      expect(stored(windows)).toBe(stored(plain));
      for (const root of [plain, windows]) commit(root, version);
    }
    for (const path of ['src/app.mjs', 'serving.yaml', 'package.json', 'README.md']) {
      expect(read(windows, path).replaceAll('\r\n', '')).not.toContain('\n');
    }
  });

  it('shows conflicts to Git with the contents that it stores', async () => {
    const [plain, windows] = cloned((root) => edit(root, 'src/app.mjs', "'/metadata'] }", "'/ours'] }"));
    for (const root of [plain, windows]) expect((await upgrade(root, '1.1.0')).conflicts).not.toBeNull();
    const stages = git(plain, 'ls-files', '--unmerged');
    expect(stages).not.toBe('');
    expect(git(windows, 'ls-files', '--unmerged')).toBe(stages);
    expect(read(windows, 'src/app.mjs')).toMatch(/<<<<<<< yours\r\n/);
  });

  it('takes ends of line that a tool has changed in a part of a file for no edit', async () => {
    const root = stampOut('1.0.0');
    edit(root, 'src/app.mjs', '\n', '\r\n');
    edit(root, 'src/limits.mjs', '\n', '\r\n');
    const { plan } = prepare(root, '1.1.0');
    expect(plan.drift).toEqual([]);
    expect(describeAll(plan.outcomes)).toEqual(describeAll(prepare(stampOut('1.0.0'), '1.1.0').plan.outcomes));
  });
});

describe('a formatter that a team runs over everything, the record too', () => {
  const MANIFEST = '.ml-serving/manifest.json';
  const ANSWERS = '.ml-serving/answers.yaml';
  const POLICY = '.ml-serving/policy.yaml';
  const locks = { owner: 'vision', ci: 'gitlab' } as const;
  const policy = mergePresets([{ file: 'company.yaml', name: 'company', extends: undefined, defaults: {}, locks }]);

  function formatted(): string {
    const root = stampOut('1.0.0', { policy });
    const reindent = (path: string, format: (text: string) => string) =>
      writeFileSync(join(root, path), format(read(root, path)));
    reindent(MANIFEST, (text) => `${JSON.stringify(JSON.parse(text), null, 4)}\n`);
    reindent(ANSWERS, (text) => `---\n${text.replace(/"24"/, "'24'")}\n# end of our answers\n`);
    reindent(POLICY, (text) => text.replace(/^ {2,}/gm, (spaces) => spaces.repeat(2)).replace(/vision/, '"vision"'));
    expect(read(root, POLICY)).toMatch(/^ {4}owner:\n {8}value: "vision"/m);
    commit(root, 'format');
    return root;
  }

  it('leaves a repository up to date, and upgrades are not refused', async () => {
    const root = formatted();
    expect(quickCheck(root, '1.0.0', nodeDisk)).toMatchObject({ drift: [], policy: { presets: ['company'] } });
    const { changes, problems } = prepare(root, '1.0.0');
    expect([changes, problems]).toEqual([[], []]);
    await upgrade(root, '1.1.0');
    expect(prepare(root, '1.1.0').changes).toEqual([]);
    expect(read(root, POLICY)).toContain('"vision"');
  });

  it('is no cover for another value', async () => {
    const root = formatted();
    edit(root, POLICY, '"vision"', '"ours"');
    commit(root, 'our own policy');
    expect(prepare(root, '1.1.0').problems).toEqual([expect.stringContaining('edited by hand')]);
    await expect(upgrade(root, '1.1.0')).rejects.toMatchObject({ code: 'RECORD_DAMAGED' });
  });
});

describe('a service in a monorepo', () => {
  it('is upgraded in its folder, whatever else is dirty', async () => {
    const root = stampOut('1.0.0', { git: false, folder: 'services/iris' });
    const top = join(root, '..', '..');
    git(top, 'init', '-q', '-b', 'main');
    commit(top, 'all');
    putFiles(top, { 'services/other/file.txt': 'work in progress\n' });
    edit(root, 'src/limits.mjs', '1024', '10');
    commit(top, 'work');
    putFiles(top, { 'services/other/file.txt': 'more\n' });
    const { conflicts } = await upgrade(root, '2.0.0');
    expect(conflicts).toBeNull();
    expect(read(root, 'src/limits/index.mjs')).toContain('instances: 10 ');
    expect(read(top, 'services/other/file.txt')).toBe('more\n');
  });
});

describe('two branches that were both upgraded', () => {
  it('merge in Git without a conflict, record included', async () => {
    const root = stampOut('1.0.0');
    git(root, 'checkout', '-q', '-b', 'feature');
    edit(root, 'src/app.mjs', "return { status: 'ok' };", "return { status: 'fine' };");
    putFiles(root, { 'src/feature.mjs': 'export {};\n' });
    commit(root, 'feature');
    await upgrade(root, '2.0.0');
    commit(root, 'upgrade the feature');
    git(root, 'checkout', '-q', 'main');
    await upgrade(root, '2.0.0');
    commit(root, 'upgrade main');
    git(root, 'merge', '-q', '--no-edit', 'feature');
    expect(git(root, 'status', '--porcelain')).toBe('');
    expect(prepare(root, '2.0.0').changes).toEqual([]);
    expect(read(root, 'src/app.mjs')).toContain("'fine'");
  });

  it('to different versions merge with the newer record, and one more run finds nothing lost', async () => {
    const root = stampOut('1.0.0');
    git(root, 'checkout', '-q', '-b', 'feature');
    edit(root, 'src/app.mjs', "return { status: 'ok' };", "return { status: 'fine' };");
    commit(root, 'feature');
    await upgrade(root, '1.1.0');
    commit(root, 'upgrade the feature');
    git(root, 'checkout', '-q', 'main');
    await upgrade(root, '2.0.0');
    commit(root, 'upgrade main');
    // Lines that both versions changed are taken from the newer one; the team's own edit lies elsewhere.
    expect(() => git(root, 'merge', '-q', '--no-edit', '-X', 'ours', 'feature')).toThrow(/CONFLICT/);
    git(root, 'checkout', 'main', '--', '.ml-serving');
    const unmerged = git(root, 'diff', '--name-only', '--diff-filter=U').split('\n').filter(Boolean);
    for (const path of unmerged) {
      const isThere = git(root, 'ls-tree', 'HEAD', '--', path) !== '';
      git(root, ...(isThere ? ['checkout', '--ours'] : ['rm', '-q']), '--', path);
    }
    commit(root, 'merge');
    await upgrade(root, '2.0.0');
    expect(prepare(root, '2.0.0').changes).toEqual([]);
    expect(read(root, 'src/app.mjs')).toContain("'fine'");
    expect(ownTestsPass(root)).toBe(true);
  });
});

describe('modes', () => {
  it('keeps a run bit that the team has set', async () => {
    const root = stampOut('1.0.0');
    chmodSync(join(root, 'src/app.mjs'), 0o755);
    commit(root, 'run it');
    await upgrade(root, '1.1.0');
    expect(statSync(join(root, 'src/app.mjs')).mode & 0o777).toBe(0o755);
    expect(read(root, 'src/app.mjs')).toContain('count(');
  });
});
