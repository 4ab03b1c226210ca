import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../../runtime/root.ts';
import { built } from './built.ts';

/** Runs a built command (`cli/check`, `features/drift/cli/reference`) with the contract in a folder, and waits for it. */
export const runCommand = (folder: string, command: string, ...args: readonly string[]) =>
  spawnSync(process.execPath, built(`runtime/${command}`, ...args), {
    cwd: ROOT,
    env: { ...process.env, SERVING_CONFIG: join(folder, 'serving.yaml') },
    encoding: 'utf8',
  });
