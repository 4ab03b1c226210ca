import type { Move } from '../migration.ts';

/** Where the files of the template are from 0.10.0 on. */
export const moves: readonly Move[] = [];
