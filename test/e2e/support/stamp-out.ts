import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from './packed.ts';
import { cli, must } from './run.ts';

const base = join(repositoryRoot, 'template-files', 'base');

/** The dependencies of a stamped-out repository, installed once for each state of its lock file. */
export async function dependencies(): Promise<string> {
  const hash = createHash('sha256')
    .update(readFileSync(join(base, 'package-lock.json')))
    .digest('hex')
    .slice(0, 12);
  const folder = join(repositoryRoot, 'test', '.cache', `dependencies-${hash}`);
  const complete = join(folder, 'node_modules', '.package-lock.json');
  if (!existsSync(complete)) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    for (const [from, to] of [
      ['package.json', 'package.json'],
      ['package-lock.json', 'package-lock.json'],
      ['_npmrc', '.npmrc'],
    ] as const) {
      copyFileSync(join(base, from), join(folder, to));
    }
    await must('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder, timeout: 300_000 });
  }
  return join(folder, 'node_modules');
}

/** Stamps a repository out with the packed command line, and gives it its dependencies without installing them again. */
export async function stampOut(directory: string, answers: readonly string[] = []): Promise<void> {
  const set = answers.flatMap((answer) => ['--set', answer]);
  const result = await cli([directory, '--yes', '--no-git', '--no-install', ...set]);
  if (result.code !== 0) throw new Error(result.stderr);
  symlinkSync(await dependencies(), join(directory, 'node_modules'), 'junction');
}
