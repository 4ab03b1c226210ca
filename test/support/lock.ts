import { existsSync, utimesSync } from 'node:fs';
import { join } from 'node:path';

/** A lock that died before it was filled counts as stale after some seconds; tests do not wait for them. */
export function ageLock(root: string): void {
  const lock = join(root, '.ml-serving', 'local', 'lock');
  if (existsSync(lock)) utimesSync(lock, 0, 0);
}
