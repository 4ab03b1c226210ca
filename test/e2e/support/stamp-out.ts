import { createHash } from 'node:crypto';
import { copyFileSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { madeOnce } from './made-once.ts';
import { cli, must } from './run.ts';

/**
 * The dependencies of a stamped-out repository, installed once for each set of locked packages: repositories of pictures
 * and of texts have libraries that the others have not.
 */
export async function dependenciesOf(directory: string): Promise<string> {
  const { '': _own, ...packages } = JSON.parse(readFileSync(join(directory, 'package-lock.json'), 'utf8')).packages;
  const hash = createHash('sha256').update(JSON.stringify(packages)).digest('hex').slice(0, 12);
  const folder = await madeOnce(`dependencies-${hash}`, async (made) => {
    for (const file of ['package.json', 'package-lock.json', '.npmrc']) {
      copyFileSync(join(directory, file), join(made, file));
    }
    await must('npm', ['ci', '--no-audit', '--no-fund'], { cwd: made, timeout: 300_000 });
  });
  return join(folder, 'node_modules');
}

/**
 * Stamps a repository out with the packed command line, and gives it its dependencies without installing them again.
 * All features are there unless the answers say otherwise: most tests are about what one of them does.
 */
export async function stampOut(
  directory: string,
  answers: readonly string[] = [],
  flags: readonly string[] = [],
): Promise<void> {
  const set = ['features=all', ...answers].flatMap((answer) => ['--set', answer]);
  const result = await cli([directory, '--yes', '--no-git', '--no-install', ...set, ...flags]);
  if (result.code !== 0) throw new Error(result.stderr);
  symlinkSync(await dependenciesOf(directory), join(directory, 'node_modules'), 'junction');
}
