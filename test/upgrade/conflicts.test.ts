import { existsSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { applyChanges } from '../../generators/apply/apply.ts';
import { nodeDisk } from '../../generators/apply/node-disk.ts';
import { prepareStages } from '../../generators/regenerate/index-stages.ts';
import { abortUpgrade, continueUpgrade } from '../../generators/regenerate/resume.ts';
import { withEnvironment } from '../support/environment.ts';
import { dyingDisk } from '../support/fault.ts';
import { putFiles, snapshot } from '../support/folder.ts';
import { commit, edit, git, ownTestsPass, prepare, read, remove, stampOut, upgrade } from './harness.ts';

const options = { disk: nodeDisk, verify: false, tell: () => {} };
const tree = (root: string) => snapshot(root, { without: '.git' });

/** A repository in which the team and version 1.1.0 have changed the same places. */
function clashing(): string {
  const root = stampOut('1.0.0');
  edit(root, 'src/app.mjs', "routes: ['/predict', '/metadata']", "routes: ['/predict', '/metadata', '/ours']");
  edit(root, 'serving.yaml', 'maxDelayMs: 0', 'maxDelayMs: 5');
  remove(root, 'docs/logo.png');
  putFiles(root, { 'docs/logo.png': new Uint8Array([0, 1, 2]), 'src/metrics.mjs': 'export const ours = true;\n' });
  commit(root, 'work');
  return root;
}

describe('an upgrade with conflicts', () => {
  it('marks text, keeps the value in files that must parse, keeps binaries, and lists them all', async () => {
    const root = clashing();
    const { conflicts } = await upgrade(root, '1.1.0');
    expect(conflicts?.conflicts).toEqual([
      { path: 'docs/logo.png', reason: 'binary', markers: false, keys: [] },
      {
        path: 'serving.yaml',
        reason: 'both-changed',
        markers: false,
        keys: [{ key: 'batching.maxDelayMs', theirs: '2', text: 'maxDelayMs: 2', why: 'both-changed' }],
      },
      { path: 'src/app.mjs', reason: 'both-changed', markers: true, keys: [] },
      { path: 'src/metrics.mjs', reason: 'both-added', markers: true, keys: [] },
    ]);
    expect(JSON.parse(read(root, '.ml-serving/conflicts.json'))).toEqual(conflicts);
    const app = read(root, 'src/app.mjs');
    expect(app).toMatch(
      /<<<<<<< yours\n.*'\/ours'[\s\S]*\|\|\|\|\|\|\| template 1\.0\.0[\s\S]*=======\n.*'\/metrics'[\s\S]*>>>>>>> template 1\.1\.0/,
    );
    expect(read(root, 'serving.yaml')).toMatch(/maxDelayMs: 5[\s\S]*maxInstances: 1024/);
    expect(read(root, 'docs/logo.png')).toBe('\0\x01\x02');
  });

  it('shows all three sides to Git, so that any merge tool works', async () => {
    const root = clashing();
    await upgrade(root, '1.1.0');
    expect(git(root, 'ls-files', '--unmerged', 'src/app.mjs').split('\n').filter(Boolean)).toHaveLength(3);
    expect(git(root, 'show', ':1:src/app.mjs')).toContain("routes: ['/predict', '/metadata'] ");
    expect(git(root, 'show', ':2:src/app.mjs')).toContain("'/ours'");
    expect(git(root, 'show', ':3:src/app.mjs')).toContain("'/metrics'");
    expect(git(root, 'status', '--porcelain', 'src/metrics.mjs')).toBe('AA src/metrics.mjs\n');
    git(root, 'checkout', '--theirs', 'src/metrics.mjs');
    expect(read(root, 'src/metrics.mjs')).toContain('export function count');
  });

  it('goes on only when no marker is left and files can be read', async () => {
    const root = clashing();
    await upgrade(root, '1.1.0');
    const refused = (message: RegExp) =>
      expect(continueUpgrade(root, options)).rejects.toMatchObject({
        code: 'CONFLICTS_LEFT',
        exit: 3,
        message: expect.stringMatching(message),
      });
    await refused(/src\/app\.mjs still holds conflict markers.*src\/metrics\.mjs/);
    git(root, 'checkout', '--theirs', 'src/app.mjs', 'src/metrics.mjs');
    edit(root, 'serving.yaml', 'model:', 'model: [');
    await refused(/serving\.yaml cannot be read/);
    edit(root, 'serving.yaml', 'model: [', 'model:');
    await continueUpgrade(root, options);
    expect(existsSync(join(root, '.ml-serving/conflicts.json'))).toBe(false);
    expect(git(root, 'ls-files', '--unmerged')).toBe('');
    expect(ownTestsPass(root)).toBe(true);
    commit(root, 'upgrade');
    expect(prepare(root, '1.1.0').changes).toEqual([]);
    await expect(continueUpgrade(root, options)).rejects.toMatchObject({ code: 'NOTHING_PENDING' });
  });

  it('is shown to the Git of its own repository, whatever a hook of another one has set', async () => {
    const [root, other] = [clashing(), clashing()];
    const [index, foreign] = [git(root, 'ls-files', '--stage'), snapshot(join(other, '.git'))];
    const hook = { GIT_DIR: join(other, '.git'), GIT_WORK_TREE: other, GIT_INDEX_FILE: join(other, '.git/index') };
    await withEnvironment(hook, () => upgrade(root, '1.1.0'));
    expect(git(root, 'ls-files', '--unmerged', 'src/app.mjs')).not.toBe('');
    await withEnvironment(hook, () => abortUpgrade(root, nodeDisk));
    expect(git(root, 'ls-files', '--stage')).toBe(index);
    expect(snapshot(join(other, '.git'))).toEqual(foreign);
  });

  it('where Git refuses the repository, is still there, and taken back or closed only as far as that is true', async () => {
    const refused = { GIT_TEST_ASSUME_DIFFERENT_OWNER: '1' };
    const root = clashing();
    await upgrade(root, '1.1.0');
    const upgraded = snapshot(root);
    await withEnvironment(refused, () => {
      expect(() => abortUpgrade(root, nodeDisk)).toThrow(
        expect.objectContaining({ code: 'TREE_UNKNOWN', hint: expect.stringContaining('--abort again') }),
      );
    });
    expect(snapshot(root)).toEqual(upgraded);
    edit(root, 'src/app.mjs', read(root, 'src/app.mjs'), 'export {};\n');
    edit(root, 'src/metrics.mjs', read(root, 'src/metrics.mjs'), 'export {};\n');
    const closing = withEnvironment(refused, () => continueUpgrade(root, options));
    await expect(closing).rejects.toMatchObject({ code: 'GIT_INDEX_FAILED', exit: 4 });
    expect(existsSync(join(root, '.ml-serving/conflicts.json'))).toBe(false);
  });

  it('is taken back byte for byte, the index of Git too', async () => {
    const root = clashing();
    const [old, index] = [tree(root), git(root, 'ls-files', '--stage')];
    await upgrade(root, '1.1.0');
    expect(abortUpgrade(root, nodeDisk)).toEqual({ rescued: [], reinstall: false });
    expect(tree(root)).toEqual(old);
    expect(git(root, 'ls-files', '--stage')).toBe(index);
    expect(git(root, 'status', '--porcelain')).toBe('');
  });

  it('that something stands in the way of is not taken back in part, in the index of Git neither', async () => {
    const root = clashing();
    await upgrade(root, '1.1.0');
    remove(root, 'src/app.mjs');
    putFiles(root, { 'src/app.mjs/mine.txt': 'mine\n' });
    const blocked = snapshot(root);
    expect(() => abortUpgrade(root, nodeDisk)).toThrow(expect.objectContaining({ code: 'CHANGED_ON_DISK' }));
    expect(snapshot(root)).toEqual(blocked);
  });

  it('keeps a half-made resolution aside when it is taken back', async () => {
    const root = clashing();
    await upgrade(root, '1.1.0');
    putFiles(root, { 'src/app.mjs': 'half resolved\n' });
    expect(abortUpgrade(root, nodeDisk).rescued).toEqual(['src/app.mjs']);
    expect(read(root, '.ml-serving/local/rescued/src__app.mjs')).toBe('half resolved\n');
  });

  it('can be resolved in a clone, where nothing of this machine is', async () => {
    const root = clashing();
    await upgrade(root, '1.1.0');
    git(root, 'checkout', '--theirs', 'src/app.mjs', 'src/metrics.mjs');
    commit(root, 'upgrade with its conflicts');
    const clone = join(root, '..', 'clone');
    git(root, 'clone', '-q', root, clone);
    await continueUpgrade(clone, options);
    expect(git(clone, 'status', '--porcelain')).toBe(' D .ml-serving/conflicts.json\n');
  });

  describe('whose process died before Git was told', () => {
    const unmerged = (root: string) => git(root, 'ls-files', '--unmerged', 'src/app.mjs').split('\n').filter(Boolean);

    it.each([
      ['after the last file', () => false],
      [
        'half-way',
        (call: string, args: readonly unknown[]) => call === 'rename' && String(args[1]).endsWith('app.mjs'),
      ],
    ])('%s shows all sides to Git when it goes on, and takes everything back', async (_, dies) => {
      const root = clashing();
      const [old, index] = [tree(root), git(root, 'ls-files', '--stage')];
      const { changes, plan } = prepare(root, '1.1.0');
      const notes = prepareStages(root, plan.sides);
      const died = () => applyChanges(root, changes, { hold: true, notes, disk: dyingDisk(nodeDisk, dies) });
      if (_ === 'half-way') expect(died).toThrow(expect.objectContaining({ code: 'APPLY_HALF' }));
      else died();
      expect(unmerged(root)).toEqual([]);
      await expect(continueUpgrade(root, options)).rejects.toMatchObject({ code: 'CONFLICTS_LEFT' });
      expect(unmerged(root)).toHaveLength(3);
      expect(git(root, 'show', ':1:src/app.mjs')).toContain("routes: ['/predict', '/metadata'] ");
      expect(git(root, 'show', ':2:src/app.mjs')).toContain("'/ours'");
      expect(git(root, 'show', ':3:src/app.mjs')).toContain("'/metrics'");
      abortUpgrade(root, nodeDisk);
      expect(tree(root)).toEqual(old);
      expect(git(root, 'ls-files', '--stage')).toBe(index);
    });

    it('leaves alone what somebody has resolved in Git meanwhile', async () => {
      const root = clashing();
      await upgrade(root, '1.1.0');
      putFiles(root, { 'src/app.mjs': 'export const resolved = true;\n' });
      git(root, 'add', 'src/app.mjs');
      await expect(continueUpgrade(root, options)).rejects.toMatchObject({ code: 'CONFLICTS_LEFT' });
      expect(unmerged(root)).toEqual([]);
    });
  });

  it('is finished after a crash half-way, and then asks for the conflicts', async () => {
    const root = clashing();
    const { changes } = prepare(root, '1.1.0');
    // Some files are in place when the disk stops working, rolling back included.
    const disk = dyingDisk(nodeDisk, (call, args) => call === 'rename' && String(args[1]).endsWith('app.mjs'));
    expect(() => applyChanges(root, changes, { hold: true, disk })).toThrow(
      expect.objectContaining({ code: 'APPLY_HALF' }),
    );
    await expect(continueUpgrade(root, options)).rejects.toMatchObject({ code: 'CONFLICTS_LEFT' });
    putFiles(root, { 'src/app.mjs': 'export {};\n', 'src/metrics.mjs': 'export {};\n' });
    await continueUpgrade(root, options);
    expect(read(root, '.ml-serving/manifest.json')).toContain('"templateVersion": "1.1.0"');
  });
});

describe('what Git must not be given', () => {
  const SECRET = 'export const token = "s3cret";\n';

  it('a file that is ignored is in conflict, and its contents are in no object and no index', async () => {
    const root = stampOut('1.0.0');
    edit(root, '.gitignore', 'node_modules/\n', 'node_modules/\nsrc/metrics.mjs\n');
    commit(root, 'ignore');
    putFiles(root, { 'src/metrics.mjs': SECRET });
    const index = git(root, 'ls-files', '--stage');
    const { conflicts } = await upgrade(root, '1.1.0');
    expect(conflicts?.conflicts.map(({ path }) => path)).toContain('src/metrics.mjs');
    expect(git(root, 'ls-files', '--stage', 'src/metrics.mjs')).toBe('');
    putFiles(root, { 'src/metrics.mjs': SECRET });
    git(root, 'checkout', '-q', '--', '.gitignore');
    await continueUpgrade(root, options);
    expect(git(root, 'ls-files', '--stage', 'src/metrics.mjs')).toBe('');
    expect(git(root, 'ls-files', '--stage')).toBe(index);
    const objects = git(root, 'cat-file', '--batch-all-objects', '--batch-check=%(objectname)')
      .split('\n')
      .filter(Boolean);
    expect(objects.filter((name) => git(root, 'cat-file', '-p', name).includes('s3cret'))).toEqual([]);
  });

  it('an ignored file that the index has in conflict is taken out of it, unless a commit holds it', async () => {
    const root = clashing();
    await upgrade(root, '1.1.0');
    putFiles(root, { 'src/app.mjs': 'export {};\n', 'src/metrics.mjs': SECRET });
    // The last commit has src/app.mjs; of src/metrics.mjs it has nothing.
    git(root, 'update-ref', 'HEAD', 'HEAD~1');
    edit(root, '.gitignore', 'node_modules/\n', 'node_modules/\nsrc/\n');
    await continueUpgrade(root, options);
    expect(git(root, 'ls-files', '--unmerged')).toBe('');
    expect(git(root, 'ls-files', '--stage', 'src/metrics.mjs')).toBe('');
    expect(git(root, 'show', ':src/app.mjs')).toBe('export {};\n');
  });

  it('a folder that is a symlink stays one in the index, and the upgrade is closed and taken back', async () => {
    for (const close of [true, false]) {
      const root = stampOut('1.0.0');
      git(root, 'mv', 'src', 'source');
      symlinkSync('source', join(root, 'src'), 'dir');
      commit(root, 'a linked folder');
      const index = git(root, 'ls-files', '--stage');
      const { conflicts } = await upgrade(root, '1.1.0');
      expect(conflicts?.conflicts.map(({ reason }) => reason)).toContain('in-the-way');
      expect(git(root, 'ls-files', '--stage', 'src')).toMatch(/^120000 .* 0\tsrc\n$/);
      if (close) await continueUpgrade(root, options);
      else abortUpgrade(root, nodeDisk);
      expect(git(root, 'ls-files', '--stage', 'src')).toMatch(/^120000 .* 0\tsrc\n$/);
      if (!close) expect(git(root, 'ls-files', '--stage')).toBe(index);
      expect(existsSync(join(root, '.ml-serving/conflicts.json'))).toBe(false);
    }
  });

  it('a folder that becomes a symlink while its conflicts are resolved is no obstacle', async () => {
    const root = clashing();
    await upgrade(root, '1.1.0');
    git(root, 'checkout', '--theirs', 'src/app.mjs', 'src/metrics.mjs');
    renameSync(join(root, 'src'), join(root, 'source'));
    symlinkSync('source', join(root, 'src'), 'dir');
    await continueUpgrade(root, options);
    expect(git(root, 'ls-files', '--unmerged')).toBe('');
  });
});

describe('what a person put where the template has a file', () => {
  it('a symlink is never followed, written over or removed', async () => {
    const root = stampOut('1.0.0');
    const outside = join(root, '..', 'outside.mjs');
    writeFileSync(outside, 'outside\n');
    for (const path of ['src/app.mjs', 'src/legacy.mjs', 'src/limits.mjs']) {
      remove(root, path);
      symlinkSync(outside, join(root, path));
    }
    commit(root, 'links');
    const { conflicts, plan } = await upgrade(root, '1.1.0');
    expect(conflicts?.conflicts).toEqual([{ path: 'src/app.mjs', reason: 'in-the-way', markers: false, keys: [] }]);
    expect(plan.outcomes.find(({ path }) => path === 'src/legacy.mjs')?.decision).toBe('keep-removed');
    expect(tree(root)).toMatchObject({
      'src/app.mjs': 'symlink',
      'src/legacy.mjs': 'symlink',
      'src/limits.mjs': 'symlink',
    });
    expect(read(join(root, '..'), 'outside.mjs')).toBe('outside\n');
  });

  it('a folder behind a symlink is left alone', async () => {
    const root = stampOut('1.0.0', { git: false });
    const elsewhere = stampOut('1.0.0', { git: false });
    remove(root, 'src');
    symlinkSync(join(elsewhere, 'src'), join(root, 'src'), 'dir');
    const old = snapshot(elsewhere);
    const { conflicts } = await upgrade(root, '2.0.0');
    expect(snapshot(elsewhere)).toEqual(old);
    expect(conflicts?.conflicts.every(({ path, reason }) => path.startsWith('src/') && reason === 'in-the-way')).toBe(
      true,
    );
  });

  it('a folder in place of a file, and a name that differs by case alone, are kept', async () => {
    const root = stampOut('1.0.0');
    remove(root, 'src/app.mjs');
    putFiles(root, { 'src/app.mjs/index.mjs': 'ours\n', 'src/Metrics.mjs': 'ours too\n' });
    commit(root, 'work');
    const { conflicts } = await upgrade(root, '1.1.0');
    expect(conflicts?.conflicts.map(({ path }) => path)).toEqual(['src/app.mjs', 'src/metrics.mjs']);
    expect(read(root, 'src/app.mjs/index.mjs')).toBe('ours\n');
    expect(read(root, 'src/Metrics.mjs')).toBe('ours too\n');
  });
});
