const common = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  transform: {
    '\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' } }],
  },
};

/** These tests, and those in these folders, ask the fixture's model, of which the hooks in src/ know nothing. */
const OF_THE_FIXTURE = [
  'batch/',
  'http/',
  'inference/',
  'observability/',
  'variants/',
  'prediction-log.test.ts',
  'shutdown-service.test.ts',
].map((path) => `<rootDir>/test/${path}`);

/** The tests boot the real app with the real model; native code runs in worker threads, out of Jest's realm. */
export default {
  // A guard against what hangs, wide enough for a busy machine.
  testTimeout: 120_000,
  // Jest would leave a core idle, and on two cores run one file after the other; most tests wait for a service anyway.
  maxWorkers: '100%',
  projects: [
    { ...common, testMatch: ['<rootDir>/test/**/*.test.ts'], testPathIgnorePatterns: OF_THE_FIXTURE },
    {
      ...common,
      testMatch: OF_THE_FIXTURE.map((path) => (path.endsWith('/') ? `${path}**/*.test.ts` : path)),
      moduleNameMapper: { '/hooks/(pre|post)process\\.ts$': '<rootDir>/test/helpers/no-hooks.ts' },
    },
  ],
};
