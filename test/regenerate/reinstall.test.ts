import type { Outcome } from '../../generators/merge/outcome.ts';
import { needsReinstall } from '../../generators/regenerate/reinstall.ts';
import { scanner } from '../../generators/regenerate/scan.ts';
import { memoryDisk, ROOT } from '../support/memory.ts';

const before = { name: 'a', dependencies: { express: '5.1.0' } };
const disk = memoryDisk(new Map([['package.json', { text: JSON.stringify(before), mode: 0o644 }]]));

function outcome(path: string, contents: object | null, reinstall = false): Outcome {
  const write = contents && { bytes: Buffer.from(JSON.stringify(contents)), mode: 0o644 as const };
  const rest = { from: null, remove: [], conflict: null, notes: [], missing: [] };
  return { path, owner: 'merged', decision: 'merge', write, reinstall, ...rest };
}

it.each<[string, Outcome, boolean]>([
  ['a script changes', outcome('package.json', { ...before, scripts: { a: 'b' } }), false],
  ['a dependency changes', outcome('package.json', { ...before, dependencies: { express: '5.2.0' } }), true],
  ['an override comes', outcome('package.json', { ...before, overrides: { a: '1' } }), true],
  ['the lock file is updated', outcome('package-lock.json', {}), true],
  ['the lock file could not be merged', outcome('package-lock.json', null, true), true],
  ['another package.json changes', outcome('tools/package.json', { dependencies: {} }), false],
  ['nothing is written', outcome('package.json', null), false],
])('%s', (_, given, expected) => {
  expect(
    needsReinstall(
      [given],
      scanner(ROOT, disk, () => 0o644),
    ),
  ).toBe(expected);
});
