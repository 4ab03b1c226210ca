// `npm run release:keep`: creates a repository of this version, with every feature, and keeps it under test/upgrade/released/, for the tests
// that upgrade it with every later version. Run it last, when nothing of the template changes any more.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main, root, run } from './set-up.mjs';

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

await main(() => {
  run('npm', ['run', 'build']);
  const folder = mkdtempSync(join(tmpdir(), 'release-'));
  // With everything there is: whatever changes in a feature raises the version as well.
  const answers = ['--yes', '--no-install', '--no-git', '--set', 'features=all'];
  run(process.execPath, [join(root, 'dist', 'create-ml-serving.js'), join(folder, 'my-model'), ...answers], {
    shell: false,
  });
  const kept = join(root, 'test', 'upgrade', 'released', `${version}.tar.gz`);
  mkdirSync(join(root, 'test', 'upgrade', 'released'), { recursive: true });
  // The same repository gives the same archive: no times, no owners, one order.
  const plain = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner'];
  execFileSync('tar', [...plain, '--use-compress-program=gzip -n9', '-cf', kept, '-C', folder, 'my-model'], {
    stdio: 'inherit',
  });
  rmSync(folder, { recursive: true });
  console.log(`kept ${kept}`);
});
