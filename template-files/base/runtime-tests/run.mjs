/** `node runtime-tests/run.mjs [Jest's arguments]`: builds (threads run the compiled worker), then runs the unit tests of the runtime. */
process.argv.splice(2, 0, '--config', 'runtime-tests/jest.config.js');
await import('../scripts/test.mjs');
