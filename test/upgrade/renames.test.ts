import { cpSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { abortApply, applyChanges, continueApply } from '../../generators/apply/apply.ts';
import { nodeDisk } from '../../generators/apply/node-disk.ts';
import { pendingApply } from '../../generators/apply/pending.ts';
import { describeAll } from '../../generators/regenerate/describe.ts';
import { quickCheck } from '../../generators/regenerate/quick-check.ts';
import { toJson, toMarkdown } from '../../generators/regenerate/report.ts';
import { abortUpgrade, continueUpgrade } from '../../generators/regenerate/resume.ts';
import { isUpToDate } from '../../generators/regenerate/upgrade.ts';
import { fastDisk } from '../support/fast-disk.ts';
import { faultyDisk } from '../support/fault.ts';
import { folderWith, putFiles, snapshot } from '../support/folder.ts';
import { commit, edit, git, prepare, read, remove, stampOut, upgrade } from './harness.ts';

const MANIFEST = '.ml-serving/manifest.json';
const placesIn = (root: string) =>
  Object.entries(JSON.parse(read(root, MANIFEST)).files as Record<string, { at?: string }>).flatMap(([path, { at }]) =>
    at === undefined ? [] : [[path, at]],
  );
const move = (root: string, from: string, to: string) => {
  putFiles(root, { [`${to}.keep`]: '' });
  git(root, 'mv', from, to);
  remove(root, `${to}.keep`);
};
const linesOf = (root: string, version: string) => describeAll(prepare(root, version).plan.outcomes);
const tree = (root: string) => {
  const files = Object.entries(snapshot(root, { without: '.git' }));
  return Object.fromEntries(files.filter(([path]) => !path.startsWith('.ml-serving/local')));
};

describe('a file that the user has renamed', () => {
  it('is found by its contents, shown in the plan, upgraded at its place and remembered', async () => {
    const root = stampOut('1.0.0');
    edit(root, 'compose.yaml', 'build: .', 'build: ./ours');
    move(root, 'compose.yaml', 'docker-compose.yaml');
    move(root, 'src/limits.mjs', 'src/config/bounds.mjs');
    commit(root, 'our names');
    expect(linesOf(root, '1.1.0')).toEqual(
      expect.arrayContaining([
        {
          word: 'merge',
          path: 'docker-compose.yaml',
          detail: expect.stringMatching(
            /^you have moved compose\.yaml here \(\d\d % the same\): the template’s changes follow; your edit/,
          ),
        },
        {
          word: 'note',
          path: 'src/config/bounds.mjs',
          detail: 'you have moved src/limits.mjs here: the template’s changes follow',
        },
      ]),
    );
    const { plan } = await upgrade(root, '1.1.0');
    expect(plan.drift).toEqual([]);
    expect(existsSync(join(root, 'compose.yaml'))).toBe(false);
    expect(read(root, 'docker-compose.yaml')).toMatch(/build: \.\/ours[\s\S]*127\.0\.0\.1:8080/);
    expect(placesIn(root)).toEqual([
      ['compose.yaml', 'docker-compose.yaml'],
      ['src/limits.mjs', 'src/config/bounds.mjs'],
    ]);
    commit(root, 'upgrade');
    expect(quickCheck(root, '1.1.0', nodeDisk)).toMatchObject({ drift: [] });
    expect(isUpToDate(prepare(root, '1.1.0'))).toBe(true);
    expect(prepare(root, '1.1.0').changes).toEqual([]);

    // The template moves one of them and removes the other; an edit of what was moved is drift at its place.
    edit(root, 'src/config/bounds.mjs', '1024', '10');
    commit(root, 'edit');
    expect(quickCheck(root, '1.1.0', nodeDisk)).toMatchObject({ drift: ['src/config/bounds.mjs'] });
    const { plan: next } = await upgrade(root, '2.0.0');
    expect(next.drift).toEqual(['src/config/bounds.mjs']);
    expect(read(root, 'src/config/bounds.mjs')).toContain('instances: 10 ');
    expect(existsSync(join(root, 'src/limits/index.mjs'))).toBe(false);
    expect(placesIn(root)).toEqual([['src/limits/index.mjs', 'src/config/bounds.mjs']]);
    // The team has edited it: it is theirs from now on.
    expect(read(root, 'docker-compose.yaml')).toContain('build: ./ours');
    expect(prepare(root, '2.0.0').changes).toEqual([]);
  });

  it('goes away with the template’s, where the user has not edited it', async () => {
    const root = stampOut('1.0.0');
    move(root, 'compose.yaml', 'ops/docker-compose.yaml');
    commit(root, 'our names');
    await upgrade(root, '1.1.0');
    commit(root, 'upgrade');
    expect(linesOf(root, '2.0.0')).toContainEqual({
      word: 'delete',
      path: 'ops/docker-compose.yaml',
      detail: 'the template’s compose.yaml; the template has removed it',
    });
    await upgrade(root, '2.0.0');
    expect(existsSync(join(root, 'ops'))).toBe(false);
    expect(placesIn(root)).toEqual([]);
  });

  it('is followed when it is renamed again, and back', async () => {
    const root = stampOut('1.0.0');
    move(root, 'src/limits.mjs', 'src/bounds.mjs');
    commit(root, 'once');
    await upgrade(root, '1.0.0');
    commit(root, 'record');
    expect(placesIn(root)).toEqual([['src/limits.mjs', 'src/bounds.mjs']]);
    move(root, 'src/bounds.mjs', 'src/ranges.mjs');
    commit(root, 'twice');
    expect(quickCheck(root, '1.0.0', nodeDisk)).toMatchObject({ drift: [] });
    await upgrade(root, '1.0.0');
    commit(root, 'record');
    expect(placesIn(root)).toEqual([['src/limits.mjs', 'src/ranges.mjs']]);
    move(root, 'src/ranges.mjs', 'src/limits.mjs');
    commit(root, 'back');
    expect(quickCheck(root, '1.0.0', nodeDisk)).toMatchObject({ drift: [] });
    await upgrade(root, '1.1.0');
    expect(placesIn(root)).toEqual([]);
  });

  it('is no update and no drift at the same version, by each of the checks', async () => {
    const root = stampOut('1.0.0');
    move(root, 'src/limits.mjs', 'src/bounds.mjs');
    commit(root, 'our name');
    expect(quickCheck(root, '1.0.0', nodeDisk)).toMatchObject({ drift: [] });
    const planned = prepare(root, '1.0.0');
    expect([isUpToDate(planned), planned.plan.drift]).toEqual([true, []]);
    expect(planned.changes.map(({ path }) => path)).toEqual([MANIFEST]);
    expect(toJson(planned)).toMatchObject({
      upToDate: true,
      moves: { moved: [{ from: 'src/limits.mjs', to: 'src/bounds.mjs', percent: 100 }], unclear: [] },
    });
    expect(toMarkdown(planned)).toContain('### Files that you have moved\n\n- `src/limits.mjs` is `src/bounds.mjs`');
  });

  it.each([
    ['that differs by case alone', 'src/Limits.mjs'],
    ['with Windows’ ends of line', 'src/bounds.mjs'],
  ])('%s is found', async (what, to) => {
    const root = stampOut('1.0.0');
    move(root, 'src/limits.mjs', to);
    if (what.includes('ends')) writeFileSync(join(root, to), read(root, to).replaceAll('\n', '\r\n'));
    commit(root, 'our name');
    const { conflicts, plan } = prepare(root, '2.0.0');
    expect([conflicts, plan.drift]).toEqual([null, []]);
    expect(plan.places.get('src/limits/index.mjs')).toBe(to);
  });

  it('that is in conflict is marked, shown to Git, resolved and taken back at its place', async () => {
    const clashing = () => {
      const root = stampOut('1.0.0');
      edit(root, 'src/app.mjs', "'/metadata'] }", "'/ours'] }");
      move(root, 'src/app.mjs', 'service/main.mjs');
      commit(root, 'our names');
      return root;
    };
    const root = clashing();
    const before = tree(root);
    const { conflicts } = await upgrade(root, '1.1.0');
    expect(conflicts?.conflicts).toMatchObject([{ path: 'service/main.mjs', markers: true }]);
    expect(git(root, 'ls-files', '--unmerged', 'service/main.mjs').split('\n').filter(Boolean)).toHaveLength(3);
    abortUpgrade(root, nodeDisk);
    expect(tree(root)).toEqual(before);
    expect(git(root, 'status', '--porcelain')).toBe('');
    await upgrade(root, '1.1.0');
    git(root, 'checkout', '--theirs', 'service/main.mjs');
    await continueUpgrade(root, { disk: nodeDisk, verify: false, tell: () => {} });
    commit(root, 'upgrade');
    expect(prepare(root, '1.1.0').changes).toEqual([]);
    expect(existsSync(join(root, 'src/app.mjs'))).toBe(false);
  });
});

describe('a folder that the user has moved', () => {
  it('is followed by its files and by new ones of the template', async () => {
    const root = stampOut('1.0.0');
    edit(root, 'src/app.mjs', "return { status: 'ok' };", "return { status: 'ok', team: 'ours' };");
    git(root, 'mv', 'src', 'service');
    commit(root, 'our folder');
    const lines = linesOf(root, '1.1.0').filter(({ detail }) => detail.includes('you have moved'));
    expect(lines).toEqual([
      { word: 'note', path: 'service/', detail: 'you have moved src/ here: the template’s changes follow' },
      expect.objectContaining({ word: 'merge', path: 'service/app.mjs' }),
    ]);
    const { conflicts, plan } = await upgrade(root, '1.1.0');
    expect(conflicts).toBeNull();
    expect(plan.drift).toEqual([]);
    expect(existsSync(join(root, 'src'))).toBe(false);
    expect(read(root, 'service/app.mjs')).toMatch(/team: 'ours'[\s\S]*|count\(/);
    expect(read(root, 'service/app.mjs')).toContain("count('ml_serving_requests_total')");
    // New in 1.1.0, and removed by it.
    expect(read(root, 'service/metrics.mjs')).toContain('export function count');
    expect(existsSync(join(root, 'service/legacy.mjs'))).toBe(false);
    commit(root, 'upgrade');
    expect(quickCheck(root, '1.1.0', nodeDisk)).toMatchObject({ drift: [] });
    expect(prepare(root, '1.1.0').changes).toEqual([]);
    await upgrade(root, '2.0.0');
    expect(read(root, 'service/old/helper.mjs')).toContain('three decimal places');
    expect(existsSync(join(root, 'src/lib'))).toBe(false);
  });
});

describe('what is not clear', () => {
  it('is reported and not guessed: nothing is written to either file', async () => {
    const root = stampOut('1.0.0');
    const text = read(root, 'compose.yaml');
    remove(root, 'compose.yaml');
    putFiles(root, { 'a.yaml': text, 'b.yaml': text });
    commit(root, 'two copies');
    const detail = expect.stringContaining('may have become one of a.yaml, b.yaml: which one is not clear');
    expect(linesOf(root, '1.1.0')).toContainEqual({ word: 'note', path: 'compose.yaml', detail });
    expect(toJson(prepare(root, '1.1.0'))).toMatchObject({
      moves: { moved: [], unclear: [{ path: 'compose.yaml', candidates: ['a.yaml', 'b.yaml'] }] },
    });
    await upgrade(root, '1.1.0');
    expect([read(root, 'a.yaml'), read(root, 'b.yaml')]).toEqual([text, text]);
    expect(existsSync(join(root, 'compose.yaml'))).toBe(false);
  });

  it('a file that was deleted stays deleted, whatever is ignored or looks a little like it', async () => {
    const root = stampOut('1.0.0');
    putFiles(root, {
      'ignored/compose.yaml': read(root, 'compose.yaml'),
      'notes.yaml': 'services:\n  ours:\n    image: something/else:1.2.3\n    command: ["run", "all", "of", "it"]\n',
    });
    remove(root, 'compose.yaml');
    writeFileSync(join(root, '.git/info/exclude'), 'ignored/\n');
    commit(root, 'gone');
    const { plan } = await upgrade(root, '1.1.0');
    expect(plan.places.size).toBe(0);
    expect(plan.outcomes.find(({ path }) => path === 'compose.yaml')?.decision).toBe('stay-deleted-changed');
  });

  it.each([
    ['leads out of the repository', '../outside.mjs'],
    ['is the record’s', '.ml-serving/answers.yaml'],
  ])('a recorded place that %s is refused', (_, at) => {
    const root = stampOut('1.0.0');
    const manifest = JSON.parse(read(root, MANIFEST));
    manifest.files['src/limits.mjs'].at = at;
    writeFileSync(join(root, MANIFEST), JSON.stringify(manifest));
    expect(() => prepare(root, '1.1.0')).toThrow(expect.objectContaining({ code: 'PATH_UNSAFE' }));
  });

  it('a recorded place that is another file’s is not used', () => {
    const root = stampOut('1.0.0');
    const manifest = JSON.parse(read(root, MANIFEST));
    manifest.files['src/limits.mjs'].at = 'src/app.mjs';
    writeFileSync(join(root, MANIFEST), JSON.stringify(manifest));
    commit(root, 'a merge of branches');
    const { conflicts, plan } = prepare(root, '1.1.0');
    expect([conflicts, plan.places.size]).toEqual([null, 0]);
  });
});

describe('an upgrade of renamed files that is interrupted', () => {
  const renamed = () => {
    const root = stampOut('1.0.0', { git: false });
    putFiles(root, { 'service/app.mjs': read(root, 'src/app.mjs').replace("'ok'", "'fine'") });
    putFiles(root, {
      'docker-compose.yaml': read(root, 'compose.yaml'),
      'a/b/legacy.mjs': read(root, 'src/legacy.mjs'),
    });
    for (const path of ['src/app.mjs', 'compose.yaml', 'src/legacy.mjs']) remove(root, path);
    return root;
  };

  it('in any call is the old state, the new one, or goes on and back; nothing is lost', () => {
    const first = renamed();
    const before = tree(first);
    const counting = faultyDisk(fastDisk, { at: Number.POSITIVE_INFINITY, how: 'once' });
    const { changes } = prepare(first, '1.1.0');
    expect(changes.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['service/app.mjs', 'docker-compose.yaml', 'a/b/legacy.mjs']),
    );
    applyChanges(first, changes, { disk: counting.disk });
    const after = tree(first);
    expect(Object.keys(after)).not.toContain('a/');
    const seen = new Set<string>();
    const original = renamed();
    // Each single call is hit in test/apply/fault.test.ts; here a sample of them, evenly spread.
    for (let at = 0; at < counting.calls(); at += 5) {
      const root = folderWith({});
      cpSync(original, root, { recursive: true });
      const { disk } = faultyDisk(fastDisk, { at, how: 'forever' });
      try {
        applyChanges(root, changes, { disk });
      } catch {}
      const state = pendingApply(root)?.state ?? 'none';
      seen.add(state);
      if (state === 'half' && at % 2 === 0) {
        continueApply(root, fastDisk);
        expect(tree(root)).toEqual(after);
      } else if (state === 'half') {
        abortApply(root, fastDisk);
        expect(tree(root)).toEqual(before);
      } else expect([before, after]).toContainEqual(tree(root));
    }
    expect([...seen]).toEqual(expect.arrayContaining(['none', 'half']));
  }, 120_000);
});
