import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from './packed.ts';
import { must } from './run.ts';

/** The folder of a validator from npm, of exactly this version, installed once beside the tests and not among our dependencies. */
export async function npmTool(name: string, version: string): Promise<string> {
  const folder = join(repositoryRoot, 'test', '.cache', `${name.replace(/[^a-z]+/g, '-')}-${version}`);
  const complete = join(folder, '.complete');
  if (!existsSync(complete)) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
    await must('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', `${name}@${version}`], {
      cwd: folder,
      timeout: 300_000,
    });
    writeFileSync(complete, '');
  }
  return join(folder, 'node_modules', name);
}
