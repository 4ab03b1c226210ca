import { migration as to020 } from './0.2.0/migration.ts';
import { migration as to0100 } from './0.10.0/migration.ts';
import type { Migration } from './migration.ts';

/** Every migration there is; each lives in a folder named after its version, with its test. Order does not matter. */
export const migrations: readonly Migration[] = [to020, to0100];
