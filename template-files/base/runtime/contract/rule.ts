import { ServiceError } from '../errors.ts';
import type { Serving } from './serving.ts';

/** What a JSON Schema cannot say of serving.yaml. Each rule looks at the whole file and names what is wrong. */
export type Rule = (serving: Serving) => Problem[];

/** One thing that is wrong with the contract, in words a person can act on. */
export interface Problem {
  /** Where, e.g. `outputs[0].labels`. */
  readonly field: string;
  readonly expected: string;
  readonly found: string;
  /** What to do. */
  readonly mend: string;
}

/** All problems at once, one a line, so that a file is mended in one go. */
export function problemsError(
  code: 'CONFIG_INVALID' | 'MODEL_MISMATCH' | 'MODEL_INVALID' | 'REFERENCE_INVALID',
  source: string,
  problems: readonly Problem[],
  lineOf: (field: string) => number | undefined = () => undefined,
): ServiceError {
  const lines = problems.map((problem) => {
    const line = lineOf(problem.field);
    const where = line === undefined ? source : `${source}:${line}`;
    return `${where} ${problem.field}: expected ${problem.expected}, found ${problem.found}. ${problem.mend}`;
  });
  return new ServiceError(code, lines.join('\n'));
}
