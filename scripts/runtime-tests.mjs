// `npm run test:runtime [-- Jest's arguments]`: lint, types and unit tests of the template's base where it lies, with every feature.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { main, root, run } from './set-up.mjs';

const cwd = join(root, 'template-files', 'base');

await main(() => {
  if (!existsSync(join(cwd, 'node_modules', '.package-lock.json')))
    run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd });
  run('npm', ['run', 'lint'], { cwd });
  run('npx', ['tsc', '-p', 'runtime-tests/tsconfig.json'], { cwd });
  run(process.execPath, ['runtime-tests/run.mjs', ...process.argv.slice(2)], { cwd, shell: false });
});
