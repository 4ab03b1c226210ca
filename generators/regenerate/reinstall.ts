import { isDeepStrictEqual } from 'node:util';
import type { Outcome } from '../merge/outcome.ts';
import type { Scan } from './scan.ts';

/** What npm installs by; all else in package.json is nothing to it. */
const INSTALLED_BY = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies', 'overrides'];

function dependenciesIn(bytes: Uint8Array | null): unknown {
  try {
    const manifest = JSON.parse(Buffer.from(bytes ?? []).toString('utf8')) as Record<string, unknown>;
    return INSTALLED_BY.map((group) => manifest[group] ?? {});
  } catch {
    return null;
  }
}

/** Whether dependencies have to be installed again: what npm goes by changes, or a lock file could not be merged. */
export function needsReinstall(outcomes: readonly Outcome[], scan: Scan): boolean {
  return outcomes.some(({ path, write, reinstall }) => {
    if (reinstall || (path === 'package-lock.json' && write !== null)) return true;
    if (path !== 'package.json' || write === null) return false;
    const found = scan(path);
    const before = found?.kind === 'file' ? dependenciesIn(found.bytes()) : null;
    return !isDeepStrictEqual(before, dependenciesIn(write.bytes));
  });
}
