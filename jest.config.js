/** Unit tests mirror the rooms; the end-to-end tests run the packed package and are slow. */
const shared = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' } }],
  },
  modulePathIgnorePatterns: [
    '<rootDir>/template-files/',
    '<rootDir>/test/upgrade/templates/',
    '<rootDir>/test/fixtures/',
    '<rootDir>/dist/',
    '<rootDir>/test/.cache/',
  ],
};

export default {
  // A guard against what hangs, wide enough for a busy machine.
  testTimeout: 60_000,
  // Jest would leave a core idle: of two cores half of what there is.
  maxWorkers: '100%',
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/e2e/', '<rootDir>/test/.cache/'],
    },
    {
      ...shared,
      displayName: 'e2e',
      testMatch: ['<rootDir>/test/e2e/**/*.test.ts'],
      globalSetup: '<rootDir>/test/e2e/global-setup.mjs',
    },
  ],
};
