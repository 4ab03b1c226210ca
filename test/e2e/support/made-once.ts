import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { repositoryRoot } from './packed.ts';

const cache = join(repositoryRoot, 'test', '.cache');

/**
 * A folder of the tests' cache that is filled once, however many test files run at the same time and ask for it.
 * @param make fills the empty folder; where it throws, the next caller begins again
 * @returns the folder, filled
 */
export async function madeOnce(name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(cache, name);
  const complete = join(folder, '.complete');
  if (existsSync(complete)) return folder;
  await exclusively(name, async () => {
    if (existsSync(complete)) return;
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    await make(folder);
    writeFileSync(complete, '');
  });
  return folder;
}

/** Runs one such task of a name at a time, over all processes of the tests. */
export async function exclusively<T>(name: string, task: () => Promise<T>): Promise<T> {
  const lock = join(cache, 'locks', name);
  mkdirSync(join(cache, 'locks'), { recursive: true });
  while (!acquire(lock)) await sleep(100);
  try {
    return await task();
  } finally {
    rmSync(lock, { force: true });
  }
}

/** @returns false while a process that runs holds the lock */
function acquire(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  // A run that was killed has left it.
  if (!isHeld(lock)) rmSync(lock, { force: true });
  return false;
}

function isHeld(lock: string): boolean {
  try {
    const holder = Number(readFileSync(lock, 'utf8'));
    // Empty while its holder is about to write its id.
    if (holder > 0) process.kill(holder, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
