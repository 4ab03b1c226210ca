import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from './packed.ts';
import { cli, must } from './run.ts';

const base = join(repositoryRoot, 'template-files', 'base');

/**
 * The dependencies of a stamped-out repository, installed once for each set of them: repositories of pictures and of texts
 * have libraries that the others have not.
 */
export async function dependencies(repository?: string): Promise<string> {
  const from = repository ?? base;
  const folder = join(repositoryRoot, 'test', '.cache', `dependencies-${lockHash(join(from, 'package-lock.json'))}`);
  const complete = join(folder, 'node_modules', '.package-lock.json');
  if (!existsSync(complete)) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    for (const name of ['package.json', 'package-lock.json']) copyFileSync(join(from, name), join(folder, name));
    copyFileSync(join(base, '_npmrc'), join(folder, '.npmrc'));
    await must('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder, timeout: 300_000 });
  }
  return join(folder, 'node_modules');
}

/** Of what is installed, not of what the repository is called. */
function lockHash(path: string): string {
  const { packages } = JSON.parse(readFileSync(path, 'utf8')) as { packages: Record<string, object> };
  const installed = { ...packages, '': {} };
  return createHash('sha256').update(JSON.stringify(installed)).digest('hex').slice(0, 12);
}

/** Stamps a repository out with the packed command line, and gives it its dependencies without installing them again. */
export async function stampOut(
  directory: string,
  answers: readonly string[] = [],
  flags: readonly string[] = [],
): Promise<void> {
  const set = answers.flatMap((answer) => ['--set', answer]);
  const result = await cli([directory, '--yes', '--no-git', '--no-install', ...set, ...flags]);
  if (result.code !== 0) throw new Error(result.stderr);
  symlinkSync(await dependencies(directory), join(directory, 'node_modules'), 'junction');
}
