import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { nodeDisk } from '../../generators/apply/node-disk.ts';
import { pendingApply } from '../../generators/apply/pending.ts';
import { statusOf } from '../../generators/fleet/status-of.ts';
import { BASE_PATH, MANIFEST_PATH } from '../../generators/project/manifest.ts';
import { quickCheck } from '../../generators/regenerate/quick-check.ts';
import { abortUpgrade, continueUpgrade } from '../../generators/regenerate/resume.ts';
import { putFiles, snapshot } from '../support/folder.ts';
import { toEarlierRecord } from './earlier.ts';
import { commit, edit, git, ownTestsPass, prepare, read, sourceOf, stampOut, upgrade } from './harness.ts';

/* Two branches that went to different versions conflict in the record, which only a program can resolve. */

const ANSWERS = '.ml-serving/answers.yaml';
const inConflict = (root: string) => git(root, 'diff', '--name-only', '--diff-filter=U').split('\n').filter(Boolean);

/** Two branches: `feature`, with edits of its own, is brought to one version and `main` to another; then one is merged. */
async function merging(into: 'main' | 'feature', prepareBase: (root: string) => void = () => {}): Promise<string> {
  const root = stampOut('1.0.0');
  prepareBase(root);
  if (git(root, 'status', '--porcelain') !== '') commit(root, 'as it was');
  git(root, 'checkout', '-q', '-b', 'feature');
  edit(root, 'src/app.mjs', "return { status: 'ok' };", "return { status: 'fine' };");
  putFiles(root, { 'src/feature.mjs': 'export {};\n' });
  commit(root, 'feature');
  await upgrade(root, '1.1.0');
  commit(root, 'upgrade the feature');
  git(root, 'checkout', '-q', 'main');
  await upgrade(root, '2.0.0');
  commit(root, 'upgrade main');
  if (into === 'feature') git(root, 'checkout', '-q', 'feature');
  expect(() => git(root, 'merge', '-q', '--no-edit', into === 'main' ? 'feature' : 'main')).toThrow(/CONFLICT/);
  return root;
}

/** Resolves what Git has left in files: of lines in conflict those of the newer version. The record is left as it is. */
function resolveFiles(root: string, newer: 'ours' | 'theirs'): void {
  for (const path of inConflict(root).filter((name) => !name.startsWith('.ml-serving/'))) {
    const stage = newer === 'ours' ? 2 : 3;
    const isThere = git(root, 'ls-files', '--unmerged', '--', path).includes(` ${stage}\t`);
    if (isThere) {
      const conflict = /^<{7} .*\n([\s\S]*?)^={7}\n([\s\S]*?)^>{7} .*\n/gm;
      writeFileSync(join(root, path), read(root, path).replace(conflict, newer === 'ours' ? '$1' : '$2'));
      git(root, 'add', '--', path);
    } else git(root, 'rm', '-q', '--', path);
  }
}

describe('a merge of branches that went to different versions', () => {
  it.each(['main', 'feature'] as const)(
    'into %s: regenerate puts the record together, and adds it',
    async (into) => {
      const root = await merging(into);
      expect(inConflict(root)).toEqual(expect.arrayContaining([BASE_PATH, MANIFEST_PATH]));
      resolveFiles(root, into === 'main' ? 'ours' : 'theirs');
      expect(quickCheck(root, '2.0.0', nodeDisk)).toBeNull();
      const { from, problems, conflicts } = await upgrade(root, '2.0.0');
      expect([from, conflicts]).toEqual(['2.0.0', null]);
      expect(problems).toEqual([expect.stringMatching(/manifest\.json is in conflict in Git/)]);
      expect(inConflict(root)).toEqual([]);
      git(root, 'commit', '-q', '--no-edit');
      expect(git(root, 'status', '--porcelain')).toBe('');
      expect(prepare(root, '2.0.0').changes).toEqual([]);
      expect(prepare(root, '2.0.0').problems).toEqual([]);
      expect(read(root, 'src/app.mjs')).toContain("'fine'");
      expect(existsSync(join(root, 'src/feature.mjs'))).toBe(true);
      expect(ownTestsPass(root)).toBe(true);
      // The same bytes as in a repository that went there directly.
      const direct = stampOut('1.0.0');
      await upgrade(direct, '2.0.0');
      expect(readFileSync(join(root, BASE_PATH))).toEqual(readFileSync(join(direct, BASE_PATH)));
    },
    60_000,
  );

  it('goes on to a newer version in the same run', async () => {
    const root = stampOut('1.0.0');
    git(root, 'checkout', '-q', '-b', 'feature');
    await upgrade(root, '1.1.0');
    commit(root, 'upgrade the feature');
    git(root, 'checkout', '-q', 'main');
    await upgrade(root, '1.0.0', { set: { owner: 'vision' } });
    commit(root, 'another owner');
    expect(() => git(root, 'merge', '-q', '--no-edit', 'feature')).toThrow(/CONFLICT/);
    resolveFiles(root, 'theirs');
    const { from, conflicts } = await upgrade(root, '2.0.0');
    expect([from, conflicts]).toEqual(['1.1.0', null]);
    git(root, 'commit', '-q', '--no-edit');
    expect(prepare(root, '2.0.0').changes).toEqual([]);
    expect(parse(read(root, ANSWERS))).toMatchObject({ owner: 'vision' });
  });

  it('is refused while other files are in conflict, which are named', async () => {
    const root = await merging('main');
    const open = inConflict(root).filter((path) => !path.startsWith('.ml-serving/'));
    expect(open.length).toBeGreaterThan(0);
    const before = snapshot(root);
    await expect(upgrade(root, '2.0.0')).rejects.toMatchObject({
      code: 'TREE_DIRTY',
      message: expect.stringContaining(open[0] as string),
      hint: expect.stringMatching(/git add/),
    });
    expect(snapshot(root)).toEqual(before);
    resolveFiles(root, 'ours');
    putFiles(root, { 'notes.txt': 'in no commit\n' });
    await expect(upgrade(root, '2.0.0')).rejects.toMatchObject({ message: expect.stringMatching(/: notes\.txt\.$/) });
  });

  it('is seen by status, which says what there is to do', async () => {
    const root = await merging('main');
    resolveFiles(root, 'ours');
    expect(statusOf(root, sourceOf('2.0.0'))).toMatchObject({
      state: 'damaged',
      template: '2.0.0',
      problems: [expect.stringMatching(/in conflict in Git: regenerate puts it together from both sides/)],
      upgrade: { conflicts: [] },
    });
  });

  it('in a folder of a monorepo', async () => {
    const root = stampOut('1.0.0', { git: false, folder: 'services/iris' });
    const top = join(root, '..', '..');
    git(top, 'init', '-q', '-b', 'main');
    commit(top, 'all');
    git(top, 'checkout', '-q', '-b', 'feature');
    await upgrade(root, '1.1.0');
    commit(top, 'upgrade the feature');
    git(top, 'checkout', '-q', 'main');
    await upgrade(root, '1.0.0', { set: { owner: 'vision' } });
    commit(top, 'another owner');
    expect(() => git(top, 'merge', '-q', '--no-edit', 'feature')).toThrow(/CONFLICT/);
    expect(inConflict(top)).toEqual(expect.arrayContaining([`services/iris/${BASE_PATH}`]));
    for (const path of inConflict(top).filter((name) => !name.includes('.ml-serving/'))) {
      git(top, 'checkout', '--theirs', '--', path);
      git(top, 'add', '--', path);
    }
    await upgrade(root, '1.1.0');
    expect(inConflict(top)).toEqual([]);
  });

  it('which both had a record of an earlier version', async () => {
    const root = await merging('main', (made) => {
      toEarlierRecord(made);
    });
    // Both have converted it: neither side has the old files, and Git has none to compare the new one with.
    expect(readdirSync(join(root, '.ml-serving'))).not.toContain('base');
    resolveFiles(root, 'ours');
    await upgrade(root, '2.0.0');
    git(root, 'commit', '-q', '--no-edit');
    expect(prepare(root, '2.0.0').changes).toEqual([]);
    expect(read(root, 'src/app.mjs')).toContain("'fine'");
  });

  it('where one branch was never brought to the new record', async () => {
    const root = stampOut('1.0.0');
    toEarlierRecord(root);
    commit(root, 'as it was');
    git(root, 'checkout', '-q', '-b', 'feature');
    await upgrade(root, '1.0.0', { set: { owner: 'vision' } });
    // What an earlier version writes for another answer: its own form, with a file more and one less.
    toEarlierRecord(root);
    commit(root, 'another owner, by an earlier version');
    git(root, 'checkout', '-q', 'main');
    await upgrade(root, '1.1.0');
    commit(root, 'upgrade main');
    expect(() => git(root, 'merge', '-q', '--no-edit', 'feature')).toThrow(/CONFLICT/);
    resolveFiles(root, 'ours');
    const { conflicts } = await upgrade(root, '1.1.0');
    expect(conflicts).toBeNull();
    git(root, 'commit', '-q', '--no-edit');
    expect(readdirSync(join(root, '.ml-serving')).sort()).toEqual(
      ['answers.yaml', 'base.json.gz', 'local', 'manifest.json'].sort(),
    );
    expect(parse(read(root, ANSWERS))).toMatchObject({ owner: 'vision' });
    expect(prepare(root, '1.1.0').changes).toEqual([]);
  });
});

describe('answers that two branches have given', () => {
  async function answered(feature: object, main: object): Promise<string> {
    const root = stampOut('1.0.0');
    git(root, 'checkout', '-q', '-b', 'feature');
    await upgrade(root, '1.0.0', { set: feature });
    commit(root, 'feature');
    git(root, 'checkout', '-q', 'main');
    await upgrade(root, '1.0.0', { set: main });
    commit(root, 'main');
    expect(() => git(root, 'merge', '-q', '--no-edit', 'feature')).toThrow(/CONFLICT/);
    resolveFiles(root, 'ours');
    return root;
  }

  it('to different questions all count', async () => {
    const root = await answered({ ci: 'none' }, { owner: 'vision' });
    await upgrade(root, '1.0.0');
    git(root, 'commit', '-q', '--no-edit');
    expect(parse(read(root, ANSWERS))).toMatchObject({ ci: 'none', owner: 'vision' });
    expect(prepare(root, '1.0.0').changes).toEqual([]);
    expect(existsSync(join(root, '.github'))).toBe(false);
  });

  it('to the same question are for a person to decide, who is told which', async () => {
    const root = await answered({ owner: 'speech' }, { owner: 'vision' });
    const before = snapshot(root);
    await expect(upgrade(root, '1.0.0')).rejects.toMatchObject({
      code: 'RECORD_DAMAGED',
      message: expect.stringMatching(/answer owner differently/),
      hint: expect.stringMatching(/Resolve the conflict in that file, then run again/),
    });
    expect(snapshot(root)).toEqual(before);
    const text = read(root, ANSWERS).replace(/^<<<<<<<.*\n([\s\S]*?)^=======\n[\s\S]*?^>>>>>>>.*\n/gm, '$1');
    writeFileSync(join(root, ANSWERS), text);
    await upgrade(root, '1.0.0');
    expect(inConflict(root)).toEqual([]);
    expect(parse(read(root, ANSWERS))).toMatchObject({ owner: 'vision' });
    expect(prepare(root, '1.0.0').changes).toEqual([]);
  });
});

describe('an upgrade within a merge that itself leaves conflicts', () => {
  async function left(): Promise<string> {
    const root = stampOut('1.0.0');
    git(root, 'checkout', '-q', '-b', 'feature');
    await upgrade(root, '1.0.0', { set: { ci: 'none' } });
    commit(root, 'no pipeline');
    git(root, 'checkout', '-q', 'main');
    await upgrade(root, '1.0.0', { set: { owner: 'vision' } });
    edit(root, 'src/app.mjs', "'/metadata']", "'/metadata', '/ours']");
    commit(root, 'another owner');
    expect(() => git(root, 'merge', '-q', '--no-edit', 'feature')).toThrow(/CONFLICT/);
    resolveFiles(root, 'ours');
    return root;
  }
  const index = (root: string) => git(root, 'ls-files', '--stage');

  it('keeps the conflicts of the record in the index until they are resolved', async () => {
    const root = await left();
    const { conflicts } = await upgrade(root, '1.1.0');
    expect(conflicts).not.toBeNull();
    expect(pendingApply(root)?.state).toBe('held');
    expect(inConflict(root)).toEqual(expect.arrayContaining([BASE_PATH, MANIFEST_PATH]));
    for (const { path } of conflicts?.conflicts ?? []) git(root, 'checkout', '--theirs', '--', path);
    await continueUpgrade(root, { disk: nodeDisk, verify: false, tell: () => {} });
    expect(inConflict(root)).toEqual([]);
    expect(prepare(root, '1.1.0').problems).toEqual([]);
  });

  it('is taken back byte for byte, the index too', async () => {
    const root = await left();
    const [files, entries] = [snapshot(root, { without: '.git' }), index(root)];
    expect((await upgrade(root, '1.1.0')).conflicts).not.toBeNull();
    abortUpgrade(root, nodeDisk);
    expect(snapshot(root, { without: '.git' })).toEqual(files);
    expect(index(root)).toBe(entries);
  });
});
