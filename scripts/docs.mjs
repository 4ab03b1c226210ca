// `npm run docs`: writes what the docs derive from the questions; the same test only compares where this is not set.
import { run } from './set-up.mjs';

run(process.execPath, ['scripts/jest.mjs', 'unit', '--testPathPatterns', 'test/docs'], {
  env: { ...process.env, UPDATE_DOCS: '1' },
  shell: false,
});
