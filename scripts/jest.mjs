// Jest with the flag that ES modules need, on every platform. Usage: node scripts/jest.mjs <project> [arguments for jest]
import { main, run } from './set-up.mjs';

const [project, ...rest] = process.argv.slice(2);
const env = {
  ...process.env,
  NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --experimental-vm-modules --no-warnings`,
};
const jest = ['node_modules/jest/bin/jest.js', '--selectProjects', project, ...rest];
await main(() => run(process.execPath, jest, { env, shell: false }));
