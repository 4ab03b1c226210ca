import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { madeOnce } from './made-once.ts';
import { must } from './run.ts';

/** The folder of a validator from npm, of exactly this version, installed once beside the tests and not among our dependencies. */
export async function npmTool(name: string, version: string): Promise<string> {
  const folder = await madeOnce(`${name.replace(/[^a-z]+/g, '-')}-${version}`, async (cwd) => {
    writeFileSync(join(cwd, 'package.json'), '{ "private": true }\n');
    const flags = ['--no-audit', '--no-fund', '--ignore-scripts'];
    await must('npm', ['install', ...flags, `${name}@${version}`], { cwd, timeout: 300_000 });
  });
  return join(folder, 'node_modules', name);
}
