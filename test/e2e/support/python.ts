import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from './packed.ts';
import { must } from './run.ts';

/** A Python with these packages, made once and kept. Without Python the tests that need it fail: a check that is skipped shows nothing. */
export async function python(requirements: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(requirements.join('\n')).digest('hex').slice(0, 12);
  const folder = join(repositoryRoot, 'test', '.cache', `python-${hash}`);
  const interpreter =
    process.platform === 'win32' ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python');
  const complete = join(folder, '.complete');
  if (existsSync(complete)) return interpreter;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await must(process.platform === 'win32' ? 'python' : 'python3', ['-m', 'venv', folder]);
  await must(interpreter, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...requirements], {
    timeout: 300_000,
  });
  writeFileSync(complete, '');
  return interpreter;
}
