import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EVERYTHING, stamp } from '../delivery/support/stamp.ts';
import { temporaryFolder } from '../support/folder.ts';
import { type Change, changesOf } from './support/numbers.ts';
import { testRules } from './support/rule-tests.ts';

/* Whether the tests of the rules hold their numbers: each is changed, and promtool has to find it. */

const folder = temporaryFolder();
let count = 0;

/** Rules whose numbers are held by two files of tests. */
const MORE_TESTS: Readonly<Record<string, readonly string[]>> = { drift: ['drift-windows'] };

/** Whether the tests of a file of rules pass. */
async function passes(name: string, text: string): Promise<boolean> {
  const directory = join(folder, String(++count));
  const from = await stamp(EVERYTHING);
  for (const part of ['monitoring/rules', '.ml-serving'])
    cpSync(join(from, part), join(directory, part), { recursive: true });
  writeFileSync(join(directory, 'monitoring', 'rules', `${name}.yaml`), text);
  for (const tests of [name, ...(MORE_TESTS[name] ?? [])]) {
    const { code, stdout, stderr } = await testRules(directory, [`${tests}_test.yaml`]);
    // What promtool cannot read would fail as well, and prove nothing.
    if (code !== 0) expect(stdout + stderr).toContain('exp:');
    if (code !== 0) return false;
  }
  return true;
}

test.each([
  ['accuracy', 9],
  ['accuracy-week', 9],
  ['drift', 32],
  ['health', 7],
  ['quality', 7],
  ['release', 10],
  ['saturation', 12],
  ['slo', 16],
])(
  'every number of rules/%s.yaml is held by a test',
  async (name, least) => {
    const text = readFileSync(join(await stamp(EVERYTHING), 'monitoring', 'rules', `${name}.yaml`), 'utf8');
    expect(await passes(name, text)).toBe(true);
    const changes = changesOf(text);
    expect(changes.length).toBeGreaterThanOrEqual(least);
    const survivors: string[] = [];
    const survives = async (change: Change) => {
      if (await passes(name, change.text)) survivors.push(change.what);
    };
    for (const pair of changes) await Promise.all(pair.map(survives));
    expect(survivors).toEqual([]);
  },
  600_000,
);
