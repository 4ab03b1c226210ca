// Packs the package as npm publishes it and installs the tarball elsewhere: the end-to-end tests run what users get.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const cache = join(root, 'test', '.cache', 'packed');

export default function setUp() {
  const npm = (args, cwd) =>
    execFileSync('npm', args, { cwd, stdio: ['ignore', 'ignore', 'inherit'], shell: process.platform === 'win32' });
  rmSync(cache, { recursive: true, force: true });
  mkdirSync(join(cache, 'elsewhere'), { recursive: true });
  npm(['run', 'build'], root);
  npm(['pack', '--pack-destination', cache], root);
  const tarball = readdirSync(cache).find((name) => name.endsWith('.tgz'));
  writeFileSync(join(cache, 'elsewhere', 'package.json'), '{ "private": true }\n');
  npm(['install', '--no-audit', '--no-fund', join(cache, tarball)], join(cache, 'elsewhere'));
}
