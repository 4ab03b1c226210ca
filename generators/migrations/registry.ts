import type { Migration } from './migration.ts';

/** Every migration there is; each lives in a folder named after its version, with its test. Order does not matter. */
export const migrations: readonly Migration[] = [];
