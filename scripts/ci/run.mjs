// Runs the steps of CI one after the other, whatever the one before said, and counts what passed and what failed.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const results = 'test/.cache/results';

// A step with `counts` is a run of Jest that reports how many tests passed; any other step counts as one.
const steps = [
  {
    name: 'the README’s test command',
    command: ['npm', 'test', '--', '--json', `--outputFile=${results}/unit.json`],
    counts: 'unit.json',
  },
  { name: 'tools for the checks', command: ['bash', 'scripts/ci/install-tools.sh'] },
  {
    name: 'end-to-end tests',
    command: ['npm', 'run', 'test:e2e', '--', '--json', `--outputFile=${results}/e2e.json`],
    counts: 'e2e.json',
  },
];

rmSync(`${root}${results}`, { recursive: true, force: true });
mkdirSync(`${root}${results}`, { recursive: true });

let passed = 0;
let failed = 0;
for (const { name, command, counts } of steps) {
  const start = Date.now();
  console.log(`\n=== ${name}: ${command.join(' ')}`);
  const [file, ...args] = command;
  const { status } = spawnSync(file, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  const count = counts
    ? countTests(`${root}${results}/${counts}`, status)
    : { passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1 };
  passed += count.passed;
  failed += count.failed;
  console.log(
    `=== ${name}: ${count.passed} passed, ${count.failed} failed in ${Math.round((Date.now() - start) / 1000)} s`,
  );
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

/** A run that failed without a failing test (it did not compile, say, or ran none) is a failure of its own. */
function countTests(file, status) {
  if (!existsSync(file)) return { passed: 0, failed: 1 };
  const { numPassedTests, numFailedTests, numFailedTestSuites, numPendingTests } = JSON.parse(
    readFileSync(file, 'utf8'),
  );
  const failures = numFailedTests + numPendingTests;
  const silent = failures === 0 && (status !== 0 || numFailedTestSuites > 0 || numPassedTests === 0);
  return { passed: numPassedTests, failed: silent ? 1 : failures };
}
