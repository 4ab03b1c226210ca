/** The tests boot the real app with the real model; native code runs in worker threads, out of Jest's realm. */
export default {
  testEnvironment: 'node',
  // A guard against what hangs, wide enough for a busy machine.
  testTimeout: 30_000,
  // Jest would leave a core idle, and on two cores run one file after the other; most tests wait for a service anyway.
  maxWorkers: '100%',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  transform: {
    '\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' } }],
  },
};
