/** `npm test [jest's arguments]`: builds (threads run the compiled worker), then runs Jest in ESM mode. */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { buildIfStale } from './build.mjs';

buildIfStale();
const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
const { status } = spawnSync(
  process.execPath,
  ['--experimental-vm-modules', '--no-warnings', jest, ...process.argv.slice(2)],
  {
    stdio: 'inherit',
  },
);
process.exitCode = status ?? 1;
