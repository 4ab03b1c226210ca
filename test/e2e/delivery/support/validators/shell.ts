import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Result, run } from '../../../support/run.ts';
import { tool } from '../tools.ts';

/** The repository's own scripts. */
export async function shellScripts(directory: string): Promise<Result> {
  const names = readdirSync(join(directory, 'scripts')).filter((name) => name.endsWith('.sh'));
  if (names.length === 0) throw new Error('scripts/ holds no shell script');
  return shellcheck(names.map((name) => readFileSync(join(directory, 'scripts', name), 'utf8')));
}

/** shellcheck's word on each of some scripts. */
export async function shellcheck(scripts: readonly string[]): Promise<Result> {
  const results = await Promise.all(
    scripts.map((script) =>
      run('sh', ['-c', 'printf "%s\\n" "$1" | "$2" --shell=sh -', 'sh', script, tool('shellcheck')]),
    ),
  );
  return results.find(({ code }) => code !== 0) ?? { code: 0, stdout: '', stderr: '' };
}
