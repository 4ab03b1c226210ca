// Jest with the flag that ES modules need, on every platform. Usage: node scripts/jest.mjs <project> [arguments for jest]
import { run } from './set-up.mjs';

const [project, ...rest] = process.argv.slice(2);
const env = {
  ...process.env,
  NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --experimental-vm-modules --no-warnings`,
};
run(process.execPath, ['node_modules/jest/bin/jest.js', '--selectProjects', project, ...rest], { env, shell: false });
