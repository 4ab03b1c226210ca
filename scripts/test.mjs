// `npm test`: sets up, then everything that needs Node.js and npm alone.
import { main, run, setUp } from './set-up.mjs';

await main(() => {
  setUp();
  run('npm', ['run', 'lint']);
  run('npm', ['run', 'typecheck']);
  run('npm', ['run', 'build']);
  run('npm', ['run', 'test:unit', '--', ...process.argv.slice(2)]);
});
