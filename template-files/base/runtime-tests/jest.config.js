import { fileURLToPath } from 'node:url';
import repository from '../jest.config.js';

const rootDir = fileURLToPath(new URL('..', import.meta.url));

/** The unit tests of the runtime. They stay in the template's project; a created repository has its own tests alone. */
export default {
  ...repository,
  rootDir,
  testMatch: ['<rootDir>/runtime-tests/**/*.test.ts'],
  // Jest would leave a core idle, and on two cores run one file after the other; most tests wait for a service anyway.
  maxWorkers: '100%',
};
