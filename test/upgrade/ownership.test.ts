import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { applyChanges } from '../../generators/apply/apply.ts';
import { nodeDisk } from '../../generators/apply/node-disk.ts';
import { pendingApply } from '../../generators/apply/pending.ts';
import { statusOf } from '../../generators/fleet/status-of.ts';
import { MANIFEST_PATH } from '../../generators/project/manifest.ts';
import { describeAll } from '../../generators/regenerate/describe.ts';
import { toDiff } from '../../generators/regenerate/diff.ts';
import { ownershipChange } from '../../generators/regenerate/ownership/owned.ts';
import { quickCheck } from '../../generators/regenerate/quick-check.ts';
import { toJson, toMarkdown } from '../../generators/regenerate/report.ts';
import { abortUpgrade } from '../../generators/regenerate/resume.ts';
import type { Upgrade } from '../../generators/regenerate/upgrade.ts';
import { faultyDisk } from '../support/fault.ts';
import { snapshot } from '../support/folder.ts';
import { commit, edit, git, prepare, read, remove, sourceOf, stampOut, upgrade } from './harness.ts';
import { type Package, packageOf, stampedOutBy } from './package.ts';

const APP = 'src/app.mjs';
const LIMITS = 'src/limits.mjs';
const entryOf = (root: string, path: string) => JSON.parse(read(root, MANIFEST_PATH)).files[path];
const linesOf = ({ plan }: Upgrade, path: string) => describeAll(plan.outcomes).filter((line) => line.path === path);
const ownedIn = (upgraded: Upgrade) => (toJson(upgraded) as { owned: Record<string, unknown> }).owned;

/** A repository in which the team has changed a file and taken it over. */
async function owning(version: string, path: string, from: string, to: string): Promise<string> {
  const root = stampOut(version);
  edit(root, path, from, to);
  commit(root, 'our own');
  await upgrade(root, version, { own: [path] });
  commit(root, 'it is ours');
  return root;
}

describe('--own', () => {
  it('hands a file to the team: only the record changes, and its edits are no drift any more', async () => {
    const root = stampOut('1.0.0');
    edit(root, LIMITS, '1024', '10');
    commit(root, 'our limit');
    expect(quickCheck(root, '1.0.0', nodeDisk)?.drift).toEqual([LIMITS]);
    const { changes, plan } = await upgrade(root, '1.0.0', { own: [LIMITS] });
    expect(changes.map(({ path }) => path)).toEqual([MANIFEST_PATH]);
    expect(ownershipChange(plan.ownership)).toEqual({ owned: [LIMITS], disowned: [], notes: [] });
    expect(entryOf(root, LIMITS)).toMatchObject({ owner: 'managed', owned: true });
    expect(quickCheck(root, '1.0.0', nodeDisk)?.drift).toEqual([]);
    expect(statusOf(root, sourceOf('1.0.0'))).toMatchObject({ state: 'current', found: [] });
    expect(prepare(root, '1.0.0')).toMatchObject({ changes: [], plan: { drift: [] } });
  });

  it('shows what the template changes in it later, and does not apply it', async () => {
    const root = await owning('1.0.0', APP, "'/metadata'] }", "'/ours'] }");
    const ours = read(root, APP);
    const planned = prepare(root, '1.1.0');
    expect(linesOf(planned, APP)).toEqual([
      {
        word: 'keep',
        path: APP,
        detail: expect.stringMatching(/^kept as yours; the template changed 4 lines; --diff shows them$/),
      },
    ]);
    const diff = toDiff(planned, nodeDisk);
    expect(diff).toContain(`# ${APP} is kept as yours. The template has changed:\n# diff --git a/${APP} b/${APP}\n`);
    expect(diff).toContain("\n# +  count('ml_serving_requests_total');\n");
    expect(diff).not.toMatch(/^diff --git a\/src\/app\.mjs/m);
    expect(ownedIn(planned)).toMatchObject({ paths: [APP], added: [], changed: [{ path: APP, lines: 4 }] });
    expect(toMarkdown(planned)).toContain(`### Files that you own\n\n- \`${APP}\`: kept as yours;`);
    const { conflicts } = await upgrade(root, '1.1.0');
    expect([conflicts, read(root, APP)]).toEqual([null, ours]);
    expect(existsSync(join(root, 'src/metrics.mjs'))).toBe(true);
    // What the template rendered is the base from now on: it is shown once.
    expect(linesOf(prepare(root, '1.1.0'), APP)).toEqual([]);
    expect(entryOf(root, APP)).toMatchObject({ owned: true });
  });

  it('decides already in the run that it is given in', async () => {
    const root = stampOut('1.0.0');
    edit(root, APP, "name: legacyName(), routes: ['/predict', '/metadata']", 'name: 1');
    commit(root, 'in conflict');
    expect(prepare(root, '1.1.0').conflicts).not.toBeNull();
    const { conflicts } = await upgrade(root, '1.1.0', { own: [APP] });
    expect([conflicts, read(root, APP)]).toEqual([null, expect.stringContaining('name: 1')]);
  });

  it('takes a folder, and its files that are seeded stay what they are', async () => {
    const root = stampOut('1.0.0');
    await upgrade(root, '1.0.0', { own: ['src/'] });
    expect([entryOf(root, APP).owned, entryOf(root, LIMITS).owned]).toEqual([true, true]);
    expect(entryOf(root, 'src/hooks/preprocess.mjs').owned).toBeUndefined();
  });

  it('keeps a file that the template removes, though nobody has edited it, and reports it', async () => {
    const root = stampOut('1.0.0');
    await upgrade(root, '1.0.0', { own: ['src/legacy.mjs'] });
    commit(root, 'it is ours');
    const done = await upgrade(root, '1.1.0');
    expect(linesOf(done, 'src/legacy.mjs')).toEqual([
      { word: 'keep', path: 'src/legacy.mjs', detail: 'the template has removed it, yours stays' },
    ]);
    expect(existsSync(join(root, 'src/legacy.mjs'))).toBe(true);
    expect(entryOf(root, 'src/legacy.mjs')).toBeUndefined();
  });

  it('keeps a file where it is when the template moves it, also at the upgrade after that', async () => {
    const root = await owning('1.1.0', 'src/old/helper.mjs', '* FACTOR', '* 3');
    const done = await upgrade(root, '2.0.0');
    expect(read(root, 'src/old/helper.mjs')).toContain('* 3');
    expect(read(root, 'src/old/helper.mjs')).not.toContain('decimal');
    expect(existsSync(join(root, 'src/lib/helper.mjs'))).toBe(false);
    expect(linesOf(done, 'src/old/helper.mjs')[0]).toMatchObject({
      word: 'keep',
      detail: expect.stringMatching(/the template changed 1 line.*moved it to src\/lib\/helper\.mjs, yours stays here/),
    });
    expect(entryOf(root, 'src/lib/helper.mjs')).toMatchObject({ owned: true, at: 'src/old/helper.mjs' });
    commit(root, 'upgrade');
    expect(prepare(root, '2.0.0')).toMatchObject({ changes: [], plan: { drift: [] } });
    // By the path that the team knows, or by the template's.
    expect(ownershipChange(prepare(root, '2.0.0', { disown: ['src/old'] }).plan.ownership).disowned).toHaveLength(1);
    expect(ownershipChange(prepare(root, '2.0.0', { disown: ['src/lib'] }).plan.ownership).disowned).toHaveLength(1);
  });

  it('follows a file that the team itself moves', async () => {
    const root = await owning('1.0.0', LIMITS, '1024', '10');
    git(root, 'mv', LIMITS, 'src/bounds.mjs');
    commit(root, 'our name');
    await upgrade(root, '1.0.0');
    expect(entryOf(root, LIMITS)).toMatchObject({ owned: true, at: 'src/bounds.mjs' });
    expect(quickCheck(root, '1.0.0', nodeDisk)?.drift).toEqual([]);
  });

  it('of a file that was deleted leaves it deleted; --restore brings it, and what is there is not restored', async () => {
    const root = stampOut('1.0.0');
    remove(root, APP);
    commit(root, 'without it');
    await upgrade(root, '1.0.0', { own: [APP] });
    commit(root, 'ours');
    await upgrade(root, '1.1.0');
    expect(existsSync(join(root, APP))).toBe(false);
    commit(root, 'upgrade');
    await upgrade(root, '1.1.0', { restore: [APP] });
    expect(existsSync(join(root, APP))).toBe(true);
    expect(entryOf(root, APP).owned).toBe(true);
    expect(() => prepare(root, '1.1.0', { restore: [APP] })).toThrow(expect.objectContaining({ code: 'FILE_OWNED' }));
    expect(() => prepare(root, '1.1.0', { restore: [APP], disown: [APP] })).not.toThrow();
  });

  it.each([
    ['src/nope.mjs', 'PATH_UNKNOWN'],
    ['.ml-serving/manifest.json', 'PATH_UNKNOWN'],
    ['../other', 'PATH_OUTSIDE'],
  ])('refuses %s with %s', (path, code) => {
    const root = stampOut('1.0.0', { git: false });
    const before = snapshot(root);
    expect(() => prepare(root, '1.0.0', { own: [LIMITS, path] })).toThrow(expect.objectContaining({ code }));
    expect(() => prepare(root, '1.0.0', { disown: [path] })).toThrow(expect.objectContaining({ code }));
    expect(snapshot(root)).toEqual(before);
  });

  it('says where there is nothing to hand over or to take back, and changes nothing', async () => {
    const root = await owning('1.0.0', LIMITS, '1024', '10');
    const notes = (wishes: Parameters<typeof prepare>[2]) => {
      const planned = prepare(root, '1.0.0', wishes);
      expect(planned.changes).toEqual([]);
      return ownershipChange(planned.plan.ownership).notes;
    };
    expect(notes({ own: [LIMITS] })).toEqual([`${LIMITS} is yours already`]);
    expect(notes({ own: ['src/hooks'] })).toEqual([expect.stringMatching(/^src\/hooks is yours anyway/)]);
    expect(notes({ disown: [APP] })).toEqual([`${APP} is the template's already`]);
  });
});

describe('--disown', () => {
  it('takes a file back: its edits are drift again, and the next changes of the template are merged', async () => {
    const root = await owning('1.0.0', LIMITS, '1024', '10');
    await upgrade(root, '1.0.0', { disown: [LIMITS] });
    expect(entryOf(root, LIMITS).owned).toBeUndefined();
    expect(quickCheck(root, '1.0.0', nodeDisk)?.drift).toEqual([LIMITS]);
  });

  it('merges from what the template rendered last', async () => {
    const root = await owning('1.0.0', APP, "status: 'ok'", "status: 'fine'");
    await upgrade(root, '1.0.0', { disown: [APP] });
    commit(root, 'not ours');
    const { conflicts } = await upgrade(root, '1.1.0');
    expect(conflicts).toBeNull();
    expect(read(root, APP)).toContain("status: 'fine'");
    expect(read(root, APP)).toContain("count('ml_serving_requests_total')");
  });

  it('with --restore brings the template’s own contents again, where the file was deleted', async () => {
    const root = await owning('1.0.0', APP, "status: 'ok'", "status: 'fine'");
    await upgrade(root, '1.1.0');
    remove(root, APP);
    commit(root, 'the other one is better');
    await upgrade(root, '1.1.0', { disown: [APP], restore: [APP] });
    expect(read(root, APP)).toBe(read(stampOut('1.1.0'), APP));
    expect(prepare(root, '1.1.0')).toMatchObject({ changes: [], plan: { drift: [] } });
  });
});

describe('branches', () => {
  it('that hand over different files merge in Git without a conflict', async () => {
    const root = stampOut('1.0.0');
    git(root, 'checkout', '-q', '-b', 'feature');
    await upgrade(root, '1.0.0', { own: [LIMITS] });
    commit(root, 'limits are ours');
    git(root, 'checkout', '-q', 'main');
    await upgrade(root, '1.0.0', { own: ['Dockerfile'] });
    commit(root, 'the image is ours');
    git(root, 'merge', '-q', '--no-edit', 'feature');
    expect([entryOf(root, LIMITS).owned, entryOf(root, 'Dockerfile').owned]).toEqual([true, true]);
    expect(prepare(root, '1.0.0')).toMatchObject({ changes: [], problems: [] });
  });

  it.each(['main', 'feature'])('of which one upgrades and one hands over a file: %s gets both', async (into) => {
    const root = stampOut('1.0.0');
    git(root, 'checkout', '-q', '-b', 'feature');
    await upgrade(root, '1.0.0', { own: [APP], set: { owner: 'vision' } });
    commit(root, 'the app is ours');
    git(root, 'checkout', '-q', 'main');
    await upgrade(root, '1.1.0');
    commit(root, 'upgrade');
    git(root, 'checkout', '-q', into);
    expect(() => git(root, 'merge', '-q', '--no-edit', into === 'main' ? 'feature' : 'main')).toThrow(/CONFLICT/);
    for (const path of git(root, 'diff', '--name-only', '--diff-filter=U').split('\n').filter(Boolean)) {
      if (!path.startsWith('.ml-serving/')) git(root, 'checkout', '--theirs', '--', path);
      if (!path.startsWith('.ml-serving/')) git(root, 'add', '--', path);
    }
    await upgrade(root, '1.1.0');
    expect(entryOf(root, APP)).toMatchObject({ owned: true });
    expect(read(root, '.ml-serving/answers.yaml')).toContain('owner: vision');
  });
});

it('is whole or not at all: an error of the disk at any call leaves the record as it was', () => {
  const root = stampOut('1.0.0', { git: false });
  const { changes } = prepare(root, '1.0.0', { own: ['src'] });
  const files = () => Object.entries(snapshot(root)).filter(([path]) => !path.startsWith('.ml-serving/local'));
  const before = files();
  const fails = (at: number): boolean => {
    const { disk } = faultyDisk(nodeDisk, { at, how: 'forever' });
    try {
      applyChanges(root, changes, { disk });
      return false;
    } catch {
      return true;
    }
  };
  let at = 0;
  for (; fails(at); at += 1) {
    const pending = pendingApply(root, nodeDisk);
    if (pending !== null) abortUpgrade(root, nodeDisk);
    expect([at, files()]).toEqual([at, before]);
  }
  expect(at).toBeGreaterThan(5);
  expect(entryOf(root, APP).owned).toBe(true);
});

describe('the command', () => {
  let old: Package;
  let current: Package;

  beforeAll(async () => {
    [old, current] = [await packageOf('1.0.0'), await packageOf('1.1.0')];
  }, 60_000);

  it('takes several paths, shows the plan first, and fails on what is named', () => {
    const root = stampedOutBy(old);
    edit(root, LIMITS, '1024', '10');
    edit(root, 'src/legacy.mjs', 'export', '/* ours */ export');
    commit(root, 'ours');
    const check = (...flags: string[]) => old(root, 'regenerate', '--check', ...flags);
    expect([check(), check('--json'), check('--fail-on', 'update,policy'), check('--fail-on', 'drift')]).toMatchObject([
      { status: 2 },
      { status: 2 },
      { status: 0 },
      { status: 2 },
    ]);
    expect(JSON.parse(check('--json').stdout)).toMatchObject({ found: ['drift'], update: false });
    const before = snapshot(root, { without: '.git' });
    const dry = old(root, 'regenerate', '--dry-run', '--own', LIMITS, 'src/legacy.mjs');
    expect(dry.stdout).toMatch(/whose the files are changes[\s\S]*Yours from now on: src\/legacy\.mjs\n/);
    expect(snapshot(root, { without: '.git' })).toEqual(before);
    expect(old(root, 'regenerate', '--own', LIMITS, 'src/legacy.mjs')).toMatchObject({
      status: 0,
      stderr: expect.stringContaining('Recorded whose the files are'),
    });
    commit(root, 'it is ours');
    expect(check()).toMatchObject({ status: 0, stdout: expect.not.stringContaining('Edited by hand') });
    const newer = current(root, 'regenerate', '--check', '--json');
    expect(JSON.parse(newer.stdout)).toMatchObject({ found: ['update'], update: true, drift: [] });
    expect(current(root, 'regenerate', '--check', '--fail-on', 'drift,policy').status).toBe(0);
    expect(current(root, 'status', '.').status).toBe(0);
    expect(current(root, 'status', '.', '--fail-on', 'update').status).toBe(2);
    expect(current(root, 'status', '.', '--fail-on', 'drift').status).toBe(0);
  });

  it('keeps a file of a feature that is removed, and names it', () => {
    const root = stampedOutBy(current, '--set', 'ci=github');
    const own = current(root, 'regenerate', '--own', '.github');
    expect([own.status, own.stdout]).toEqual([0, expect.stringMatching(/Yours from now on: \.github/)]);
    expect(own.stdout).not.toContain('Rollout');
    commit(root, 'the pipeline is ours');
    const removed = current(root, 'regenerate', '--set', 'ci=none');
    expect(removed.stdout).toMatch(/keep {5}\.github\/workflows\/ci\.yml {2}the template has removed it, yours stays/);
    expect(existsSync(join(root, '.github/workflows/ci.yml'))).toBe(true);
  });

  it.each([
    [['regenerate', '--check', '--fail-on', 'drifts'], /not "drifts"/],
    [['status', '.', '--fail-on', 'updates'], /not "updates"/],
    [['regenerate', '--fail-on', 'drift'], /--fail-on is for --check/],
    [['regenerate', '--abort', '--own', 'src'], /--own is for a new run/],
    [['regenerate', '--own', 'src', '--disown', 'src/'], /name the same path: src/],
  ])('%j is refused', (flags, message) => {
    const { status, stderr } = old(stampedOutBy(old), ...flags);
    expect([status, stderr]).toEqual([1, expect.stringMatching(message)]);
  });
});
