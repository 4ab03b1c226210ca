import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownPackage } from '../../generators/app/package.ts';
import { abortApply, applyChanges, continueApply } from '../../generators/apply/apply.ts';
import { pendingApply } from '../../generators/apply/pending.ts';
import { sha256 } from '../../generators/hash.ts';
import { migrations } from '../../generators/migrations/registry.ts';
import { NO_POLICY } from '../../generators/policy/policy.ts';
import { parseBase } from '../../generators/project/base-file.ts';
import { BASE_PATH, MANIFEST_PATH, type Manifest } from '../../generators/project/manifest.ts';
import { settleAnswers } from '../../generators/questions/settle.ts';
import { openProject } from '../../generators/regenerate/open-project.ts';
import { quickCheck } from '../../generators/regenerate/quick-check.ts';
import { prepareUpgrade } from '../../generators/regenerate/upgrade.ts';
import { loadTemplate } from '../../generators/render/load-template.ts';
import { fastDisk } from '../support/fast-disk.ts';
import { faultyDisk } from '../support/fault.ts';
import { folderWith, putFiles, snapshot } from '../support/folder.ts';
import { ageLock } from '../support/lock.ts';
import { toEarlierRecord } from './earlier.ts';
import { commit, edit, git, prepare, read, remove, stampOut, upgrade } from './harness.ts';

/* Versions before 0.10 kept the base as one file for each contents; the next upgrade makes one file of it. */

const LOCAL = '.ml-serving/local';
const recordOf = (root: string) => readdirSync(join(root, '.ml-serving')).filter((name) => name !== 'local');
const tree = (root: string) =>
  Object.fromEntries(
    Object.entries(snapshot(root, { without: LOCAL })).filter(([path]) => !`${path}/`.startsWith('.git/')),
  );

describe('every kept release', () => {
  const { version, templateFolder } = ownPackage();
  const template = loadTemplate(templateFolder, version);
  const source = { template, migrations, changelog: '' };
  const folder = join(import.meta.dirname, 'released');
  const releases = readdirSync(folder).map((file) => file.replace('.tar.gz', ''));
  const isEarlier = (release: string) => /^0\.[1-9]\./.test(release);

  it.each(releases.filter(isEarlier))('%s: its record is three files afterwards, and is complete', (release) => {
    const top = folderWith({});
    execFileSync('tar', ['-xzf', join(folder, `${release}.tar.gz`), '-C', top]);
    const root = join(top, 'my-model');
    expect(readdirSync(join(root, '.ml-serving/base')).length).toBeGreaterThan(50);
    const project = openProject(root, source, {});
    const upgraded = prepareUpgrade(project, settleAnswers(project.given, project.context));
    expect(upgraded.problems).toEqual([]);
    applyChanges(root, upgraded.changes, { disk: fastDisk });
    expect(recordOf(root).sort()).toEqual(['answers.yaml', 'base.json.gz', 'manifest.json']);
    expect(quickCheck(root, version, fastDisk)).toEqual({ drift: [], policy: NO_POLICY });
    // All that this version renders from these answers is there for the next upgrade, and nothing else.
    const contents = parseBase(readFileSync(join(root, BASE_PATH)));
    const kept = [...upgraded.theirs.values()].filter(({ owner }) => owner !== 'seeded');
    expect(new Set(contents.keys())).toEqual(new Set(kept.map(({ bytes }) => sha256(bytes))));
  });
});

describe('a record of an earlier version', () => {
  const earlier = () => {
    const root = stampOut('1.0.0');
    toEarlierRecord(root);
    edit(root, 'src/app.mjs', "status: 'ok'", "status: 'fine'");
    commit(root, 'as an earlier version wrote it');
    return root;
  };

  it('is read as it is: edits are merged with the base that it holds', async () => {
    const root = earlier();
    const { conflicts, problems } = await upgrade(root, '1.1.0');
    expect([conflicts, problems]).toEqual([null, []]);
    expect(read(root, 'src/app.mjs')).toMatch(/count\([\s\S]*'fine'/);
    expect(recordOf(root).sort()).toEqual(['answers.yaml', 'base.json.gz', 'manifest.json']);
    commit(root, 'upgrade');
    expect(git(root, 'ls-files', '.ml-serving').split('\n').filter(Boolean)).toHaveLength(3);
    expect(quickCheck(root, '1.1.0', fastDisk)).toEqual({ drift: [], policy: NO_POLICY });
  });

  it('is converted at the same version too, and found by the quick check', async () => {
    const root = earlier();
    expect(quickCheck(root, '1.0.0', fastDisk)).toBeNull();
    const { plan } = await upgrade(root, '1.0.0');
    expect(plan.changes).toEqual([]);
    expect(recordOf(root).sort()).toEqual(['answers.yaml', 'base.json.gz', 'manifest.json']);
  });

  it('whose files came back by a merge loses them again', async () => {
    const root = earlier();
    const blobs = readdirSync(join(root, '.ml-serving/base'));
    await upgrade(root, '1.0.0');
    putFiles(root, { [`.ml-serving/base/${blobs[0]}`]: 'x', '.ml-serving/base/ours.txt': 'x' });
    commit(root, 'came back');
    expect(quickCheck(root, '1.0.0', fastDisk)).toBeNull();
    expect(prepare(root, '1.0.0').changes.map(({ path }) => path)).toEqual([`.ml-serving/base/${blobs[0]}`]);
    await upgrade(root, '1.0.0');
    // What no version has written is not ours to remove.
    expect(readdirSync(join(root, '.ml-serving/base'))).toEqual(['ours.txt']);
    expect(quickCheck(root, '1.0.0', fastDisk)).toEqual({ drift: [], policy: NO_POLICY });
  });

  it('loses nothing by a disk that fails for good in any call', () => {
    const root = earlier();
    const changes = prepare(root, '1.1.0').changes;
    const before = tree(root);
    const counting = faultyDisk(fastDisk, { at: Number.POSITIVE_INFINITY, how: 'forever' });
    applyChanges(root, changes, { disk: counting.disk });
    const after = tree(root);
    const reset = () => {
      git(root, 'checkout', '-q', '--', '.');
      git(root, 'clean', '-qfdx');
      expect(tree(root)).toEqual(before);
    };
    const states = new Set<string>();
    for (let at = 0; at < counting.calls(); at += 5) {
      reset();
      try {
        applyChanges(root, changes, { disk: faultyDisk(fastDisk, { at, how: 'forever' }).disk });
      } catch {
        // What it leaves is what counts.
      }
      ageLock(root);
      const state = pendingApply(root)?.state ?? 'none';
      states.add(state);
      if (state === 'half' && at % 2 === 0) {
        continueApply(root, fastDisk);
        expect(tree(root)).toEqual(after);
      } else if (state === 'half' || state === 'undoing') {
        abortApply(root, fastDisk);
        expect(tree(root)).toEqual(before);
      } else expect([before, after]).toContainEqual(tree(root));
    }
    expect([...states]).toEqual(expect.arrayContaining(['none', 'half']));
  }, 120_000);

  it('of which the manifest was already written, and the file is not there, keeps what the old files hold', () => {
    const root = earlier();
    const manifest = JSON.parse(read(root, MANIFEST_PATH)) as Manifest;
    putFiles(root, { [MANIFEST_PATH]: JSON.stringify({ ...manifest, baseSha256: '0'.repeat(64) }) });
    const { problems, conflicts } = prepare(root, '1.1.0');
    expect([problems, conflicts]).toEqual([[], null]);
    remove(root, '.ml-serving/base');
    expect(prepare(root, '1.1.0').problems).toEqual([expect.stringContaining(`${BASE_PATH} is missing`)]);
    expect(existsSync(join(root, BASE_PATH))).toBe(false);
  });
});
