import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { madeOnce } from './made-once.ts';
import { must } from './run.ts';

const isWindows = process.platform === 'win32';
const interpreterIn = (folder: string): string =>
  isWindows ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python');

/** A Python with these packages, made once and kept. Without Python the tests that need it fail: a check that is skipped shows nothing. */
export async function python(requirements: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(requirements.join('\n')).digest('hex').slice(0, 12);
  const folder = await madeOnce(`python-${hash}`, async (made) => {
    await must(isWindows ? 'python' : 'python3', ['-m', 'venv', made]);
    const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...requirements];
    await must(interpreterIn(made), install, { timeout: 300_000 });
  });
  return interpreterIn(folder);
}
