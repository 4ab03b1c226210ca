import type { Rule } from './rule.ts';
import type { Serving } from './serving.ts';

/** The sections of serving.yaml that a feature adds to those of the core. Their shape is in schema/serving.schema.json. */
export interface ContractPart {
  /** The sections with everything filled in that serving.yaml leaves out. */
  readonly complete?: (serving: Serving) => Partial<Serving>;
  /** What the schema cannot say. */
  readonly rules?: readonly Rule[];
}
