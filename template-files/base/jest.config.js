/** Tests of this repository: its model, hooks, app and contract. */
export default {
  testEnvironment: 'node',
  // A guard against what hangs, wide enough for a busy machine.
  testTimeout: 120_000,
  extensionsToTreatAsEsm: ['.ts'],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  moduleNameMapper: { '^#runtime/(.*)$': '<rootDir>/runtime/$1.ts' },
  transform: {
    '\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' } }],
  },
};
