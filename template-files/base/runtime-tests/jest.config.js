import { fileURLToPath } from 'node:url';
import repository from '../jest.config.js';

const rootDir = fileURLToPath(new URL('..', import.meta.url));

/** The unit tests of the runtime. They stay in the template's project; a created repository has its own tests alone. */
const common = { ...repository, rootDir };
delete common.testTimeout;

/** These tests, and those in these folders, use the fixture's model, of which the hooks in src/ know nothing. */
const OF_THE_FIXTURE = [
  'features/',
  'http/',
  'inference/',
  'observability/',
  'tables/',
  'prediction-log.test.ts',
  'shutdown-service.test.ts',
].map((path) => `<rootDir>/runtime-tests/${path}`);

export default {
  rootDir,
  testTimeout: repository.testTimeout,
  // Jest would leave a core idle, and on two cores run one file after the other; most tests wait for a service anyway.
  maxWorkers: '100%',
  projects: [
    { ...common, testMatch: ['<rootDir>/runtime-tests/**/*.test.ts'], testPathIgnorePatterns: OF_THE_FIXTURE },
    {
      ...common,
      testMatch: OF_THE_FIXTURE.map((path) => (path.endsWith('/') ? `${path}**/*.test.ts` : path)),
      moduleNameMapper: {
        ...common.moduleNameMapper,
        '/hooks/(pre|post)process\\.ts$': '<rootDir>/runtime-tests/helpers/no-hooks.ts',
      },
    },
  ],
};
