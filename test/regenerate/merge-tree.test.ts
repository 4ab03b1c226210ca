import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { planUpgrade } from '../../generators/regenerate/plan.ts';
import { scanner } from '../../generators/regenerate/scan.ts';
import { folderWith } from '../support/folder.ts';
import { applied, type MemoryFile, memoryDisk, ROOT, recordOf, treeOf } from '../support/memory.ts';

/*
 * Whole upgrades against `git merge-tree`. Lines of a file differ from each other, so that there is one right merge.
 * Names have no ending that asks for a merge by key, which Git does not know.
 */
type Files = Readonly<Record<string, string>>;

const CASES = 120;
const PATHS = ['a', 'b', 'dir/c', 'dir/d'];
const labels = { yours: 'yours', base: 'base', theirs: 'theirs' };

const original = (path: string) => Array.from({ length: 9 }, (_, index) => `${path} ${index}`);
const edit = fc.record({
  at: fc.nat(8),
  remove: fc.nat(2),
  insert: fc.array(fc.stringMatching(/^[a-z]{4}$/), { maxLength: 2 }),
});
const state = fc.oneof(
  { weight: 2, arbitrary: fc.constant([]) },
  { weight: 4, arbitrary: fc.array(edit, { minLength: 1, maxLength: 3 }) },
  { weight: 1, arbitrary: fc.constant(null) },
);
const side = fc.tuple(state, state, state, state);

function filesOf(states: readonly (readonly { at: number; remove: number; insert: string[] }[] | null)[]): Files {
  const files: Record<string, string> = {};
  states.forEach((edits, index) => {
    const path = PATHS[index] as string;
    if (edits === null) return;
    const lines = original(path);
    for (const { at, remove, insert } of edits) lines.splice(at, remove, ...insert);
    files[path] = lines.map((line) => `${line}\n`).join('');
  });
  return files;
}

const root = folderWith({});
function git(input: string | undefined, ...args: string[]): string {
  return spawnSync('git', args, { cwd: root, input, encoding: 'utf8' }).stdout;
}

/** One stream with three commits for each case. */
function streamOf(cases: readonly { base: Files; yours: Files; theirs: Files }[]): string {
  const commit = (ref: string, mark: number, from: number | null, files: Files) =>
    [
      `commit refs/heads/${ref}`,
      `mark :${mark}`,
      'committer t <t@example.com> 0 +0000',
      'data 1',
      'x',
      ...(from === null ? [] : [`from :${from}`]),
      'deleteall',
      ...Object.entries(files).flatMap(([path, text]) => [
        `M 644 inline ${path}`,
        `data ${Buffer.byteLength(text)}`,
        text,
      ]),
    ].join('\n');
  return cases
    .flatMap(({ base, yours, theirs }, index) => [
      commit(`base${index}`, index * 3 + 1, null, base),
      commit(`yours${index}`, index * 3 + 2, index * 3 + 1, yours),
      commit(`theirs${index}`, index * 3 + 3, index * 3 + 1, theirs),
    ])
    .join('\n');
}

interface Merged {
  readonly files: Files;
  readonly conflicts: readonly string[];
}

function gitMerges(index: number): Merged {
  const output = git(
    undefined,
    '-c',
    'merge.renames=false',
    'merge-tree',
    '--write-tree',
    '--name-only',
    '-z',
    '--no-messages',
    `yours${index}`,
    `theirs${index}`,
  );
  const [tree = '', ...conflicts] = output.split('\0').filter(Boolean);
  const names = git(undefined, 'ls-tree', '-r', '--name-only', tree).split('\n').filter(Boolean);
  const files = Object.fromEntries(names.map((name) => [name, git(undefined, 'cat-file', 'blob', `${tree}:${name}`)]));
  return { files, conflicts: [...new Set(conflicts)].sort() };
}

function weMerge({ base, yours, theirs }: { base: Files; yours: Files; theirs: Files }): Merged {
  const toTree = (files: Files) =>
    treeOf(Object.fromEntries(Object.entries(files).map(([path, text]) => [path, { text }])));
  const own = new Map(Object.entries(yours).map(([path, text]): [string, MemoryFile] => [path, { text, mode: 0o644 }]));
  const scan = scanner(ROOT, memoryDisk(own), () => 0o644);
  const { outcomes, changes } = planUpgrade({
    record: recordOf(toTree(base)),
    theirs: toTree(theirs),
    due: [],
    scan,
    labels,
  });
  const open = outcomes.filter(
    ({ decision, conflict }) => conflict !== null || ['keep-removed', 'stay-deleted-changed'].includes(decision),
  );
  const files = [...applied(own, changes)].map(([path, { text }]) => [path, text]);
  return { files: Object.fromEntries(files), conflicts: open.map(({ path }) => path).sort() };
}

it('decides and merges as git merge-tree does; what Git calls a conflict is one here too, or is reported', () => {
  const drawn = fc.sample(fc.tuple(side, side), { numRuns: CASES, seed: 20261122 });
  const base = filesOf([[], [], [], []]);
  const cases = drawn.map(([yours, theirs]) => ({ base, yours: filesOf(yours), theirs: filesOf(theirs) }));
  git(undefined, 'init', '-q');
  git(streamOf(cases), 'fast-import', '--quiet');
  let clean = 0;
  cases.forEach((given, index) => {
    const [ours, its] = [weMerge(given), gitMerges(index)];
    expect(ours.conflicts).toEqual(its.conflicts);
    for (const path of PATHS.filter((name) => !its.conflicts.includes(name))) {
      expect(ours.files[path]).toBe(its.files[path]);
      clean++;
    }
  });
  expect(clean).toBeGreaterThan(CASES);
}, 120_000);
