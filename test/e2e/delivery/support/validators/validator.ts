import { type Result, run } from '../../../support/run.ts';
import { tool, toolEnv } from '../tools.ts';

/** A defect put into a healthy repository, and what the validator must say about it. */
export interface Fault {
  /** The answers to stamp out with. */
  readonly sets: readonly string[];
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  readonly says: RegExp;
}

export interface Validator {
  readonly judge: (directory: string) => Promise<Result>;
  /** Judges only repositories with this pipeline; undefined = all. */
  readonly ci?: 'github' | 'gitlab';
  readonly faults: readonly Fault[];
}

/** A program that is run in the repository. */
export const command =
  (name: string, args: (directory: string) => readonly string[]) =>
  (cwd: string): Promise<Result> =>
    run(tool(name), args(cwd), { cwd, env: toolEnv() });
