// `npm run moves`: writes where the files of released versions are now; the same test only compares where this is not set.
import { main, run } from './set-up.mjs';

const command = ['scripts/jest.mjs', 'unit', '--testPathPatterns', 'test/migrations/moves', '-t', 'table of moves'];
await main(() =>
  run(process.execPath, command, {
    env: { ...process.env, UPDATE_MOVES: '1' },
    shell: false,
  }),
);
