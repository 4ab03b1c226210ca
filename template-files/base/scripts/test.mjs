import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { helpText } from '../runtime/command-line.js';
import { buildIfStale } from './build.mjs';

const HELP = {
  usage: "npm test [-- Jest's arguments]",
  about:
    'Builds (threads run the compiled worker), then runs the tests with Jest. All flags of Jest work: npx jest --help.',
  flags: {
    testPathPatterns: { type: 'string', value: 'REGEX', help: 'only the files whose path matches' },
    testNamePattern: { type: 'string', value: 'REGEX', help: 'only the tests whose name matches' },
  },
  example: 'npm test -- --testPathPatterns hooks',
  exitCodes: { 0: 'all tests passed', 1: 'a test or the build failed' },
};

const args = process.argv.slice(2);
if (args.includes('--help') || args.includes('-h')) console.log(helpText(HELP));
else runTests();

function runTests() {
  buildIfStale();
  const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
  const flags = ['--experimental-vm-modules', '--no-warnings'];
  process.exitCode = spawnSync(process.execPath, [...flags, jest, ...args], { stdio: 'inherit' }).status ?? 1;
}
