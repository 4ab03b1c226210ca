import type { ContractPart } from '../../contract/part.ts';
import type { Rule } from '../../contract/rule.ts';
import type { ModelSpec } from '../../contract/serving.ts';

/** A second version of the model next to the first. */
export interface VariantsSpec {
  /** `shadow`: gets a part of the requests as well, and never answers a client. `ab`: answers its part of the requests. */
  readonly mode: 'shadow' | 'ab';
  readonly candidate: Pick<ModelSpec, 'version' | 'file' | 'sha256'>;
  /** Percent of the requests that the candidate answers (`ab`) or gets as well (`shadow`). */
  readonly weight: number;
  /** Header by whose value a client keeps its variant; without it the hash of the request's id decides. */
  readonly stickyHeader?: string;
  /** Numbers that differ by no more agree, relative beyond 1. */
  readonly tolerance: number;
  /** Worker threads of the candidate. */
  readonly workers: number;
}

declare module '../../contract/serving.ts' {
  interface Serving {
    readonly variants?: VariantsSpec;
  }
}

export const VARIANTS_DEFAULTS = { weight: 10, tolerance: 1e-3, workers: 1 } as const;

const twoVersions: Rule = ({ model, variants }) =>
  variants?.candidate.version !== model.version
    ? []
    : [
        {
          field: 'variants.candidate.version',
          expected: 'another version than model.version: it says which of them answered',
          found: model.version,
          mend: 'Raise it.',
        },
      ];

export const contract: ContractPart = {
  complete: ({ variants }) => (variants ? { variants: { ...VARIANTS_DEFAULTS, ...variants } } : {}),
  rules: [twoVersions],
};
