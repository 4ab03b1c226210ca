import { countSteps } from '../../template-files/base/runtime-tests/helpers/steps.ts';

// Modules are counted from their import on.
const steps = countSteps('/generators/');
afterAll(() => steps.stop());
const { nodeDisk } = await import('../../generators/apply/node-disk.ts');
const { NO_POLICY } = await import('../../generators/policy/policy.ts');
const { planUpgrade } = await import('../../generators/regenerate/plan.ts');
const { quickCheck } = await import('../../generators/regenerate/quick-check.ts');
const { scanner } = await import('../../generators/regenerate/scan.ts');
const { folderWith } = await import('../support/folder.ts');
const { recordOf, treeOf } = await import('../support/memory.ts');
const { stampOut } = await import('../upgrade/harness.ts');

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

it('works in proportion to the number of files', () => {
  expect(repository(100)().outcomes.filter(({ decision }) => decision === 'merge')).toHaveLength(10);
  const [small, large] = [repository(100), repository(800)].map((plan) => steps.during(plan));
  expect(small).toBeGreaterThan(10_000);
  expect((large as number) / (small as number)).toBeLessThan(8 * 1.25);
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
  expect(steps.during(check(100)) / steps.during(check(10))).toBeLessThan(10 * 1.25);
});
