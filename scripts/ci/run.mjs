// Runs the steps of CI one after the other, whatever the one before said, and counts what passed and what failed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const results = 'test/.cache/results';
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

// A step with `counts` is a run of Jest that reports how many tests passed; any other step counts as one. What takes longer
// than its minutes hangs: it is ended with its process group, and has failed.
const steps = [
  {
    name: 'the README’s test command',
    command: ['npm', 'test', '--', '--json', `--outputFile=${results}/unit.json`],
    counts: 'unit.json',
    minutes: 15,
  },
  {
    name: 'unit tests of the runtime',
    command: ['npm', 'run', 'test:runtime', '--', '--json', `--outputFile=${root}${results}/runtime.json`],
    counts: 'runtime.json',
    minutes: 20,
  },
  { name: 'tools for the checks', command: ['bash', 'scripts/ci/install-tools.sh'], minutes: 10 },
  {
    name: 'end-to-end tests',
    command: ['npm', 'run', 'test:e2e', '--', '--json', `--outputFile=${results}/e2e.json`],
    counts: 'e2e.json',
    minutes: 80,
  },
];

rmSync(`${root}${results}`, { recursive: true, force: true });
mkdirSync(`${root}${results}`, { recursive: true });

let passed = 0;
let failed = 0;
for (const { name, command, counts, minutes } of steps) {
  const start = Date.now();
  console.log(`\n=== ${name}: ${command.join(' ')}`);
  const status = await runWithin(minutes, command);
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

/** @returns the exit code; null where the command was ended because it took too long */
async function runWithin(minutes, [file, ...args]) {
  const child = spawn(file, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], detached: true });
  const end = () => process.kill(-child.pid, 'SIGKILL');
  const timer = setTimeout(() => {
    console.log(`=== ended: it took more than ${minutes} minutes`);
    end();
  }, minutes * 60_000);
  const cancel = (signal) => {
    end();
    process.exit(128 + constants.signals[signal]);
  };
  for (const signal of SIGNALS) process.on(signal, cancel);
  const [status] = await once(child, 'exit');
  for (const signal of SIGNALS) process.off(signal, cancel);
  clearTimeout(timer);
  return status;
}

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
