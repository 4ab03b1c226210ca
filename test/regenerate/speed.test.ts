import { nodeDisk } from '../../generators/apply/node-disk.ts';
import { NO_POLICY } from '../../generators/policy/policy.ts';
import { planUpgrade } from '../../generators/regenerate/plan.ts';
import { quickCheck } from '../../generators/regenerate/quick-check.ts';
import { scanner } from '../../generators/regenerate/scan.ts';
import { folderWith } from '../support/folder.ts';
import { recordOf, treeOf } from '../support/memory.ts';
import { stampOut } from '../upgrade/harness.ts';

const labels = { yours: 'yours', base: 'base', theirs: 'theirs' };
const LINES = 120;

/** A repository of so many files, each tenth of them edited by the person and by the template. */
function repository(count: number) {
  const text = (path: string, first: string) =>
    [first, ...Array.from({ length: LINES }, (_, line) => `${path} line ${line}`)].map((line) => `${line}\n`).join('');
  const paths = Array.from({ length: count }, (_, index) => `src/room${index % 10}/file${index}.ts`);
  const base = treeOf(Object.fromEntries(paths.map((path) => [path, { text: text(path, 'base') }])));
  const changed = (index: number) => index % 10 === 0;
  const theirs = treeOf(
    Object.fromEntries(paths.map((path, i) => [path, { text: text(path, 'base') + (changed(i) ? 'theirs\n' : '') }])),
  );
  const root = folderWith(
    Object.fromEntries(paths.map((path, i) => [path, text(path, changed(i) ? 'yours' : 'base')])),
  );
  const record = recordOf(base);
  return () => planUpgrade({ record, theirs, due: [], scan: scanner(root, nodeDisk, () => 0o644), labels });
}

/** CPU time of the best of some runs, in microseconds: other work on the machine does not count. */
function best(run: () => unknown, runs = 7): number {
  const times = Array.from({ length: runs }, () => {
    const start = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(start);
    return user + system;
  });
  return Math.min(...times);
}

it('takes time in proportion to the number of files', () => {
  expect(repository(100)().outcomes.filter(({ decision }) => decision === 'merge')).toHaveLength(10);
  const [small, large] = [repository(100), repository(800)].map((plan) => best(plan));
  expect((large as number) / (small as number)).toBeLessThan(8 * 2);
});

it('checks many repositories in proportion to their number', () => {
  const roots = Array.from({ length: 10 }, () => stampOut('1.0.0', { git: false }));
  const check = (count: number) => () => {
    for (let i = 0; i < count; i++) {
      expect(quickCheck(roots[i % roots.length] as string, '1.0.0', nodeDisk)).toEqual({
        drift: [],
        policy: NO_POLICY,
      });
    }
  };
  expect(best(check(100)) / best(check(10))).toBeLessThan(10 * 2);
});
