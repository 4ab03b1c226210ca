// `npm run docs`: writes what the docs derive from the questions; the same test only compares where this is not set.
import { main, run } from './set-up.mjs';

const command = ['scripts/jest.mjs', 'unit', '--testPathPatterns', 'test/docs'];
await main(() =>
  run(process.execPath, command, {
    env: { ...process.env, UPDATE_DOCS: '1' },
    shell: false,
  }),
);
