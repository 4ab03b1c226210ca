import type { Problem } from './problem.ts';
import type { Serving } from './serving.ts';

/** What a JSON Schema cannot say of serving.yaml. Each rule looks at the whole file and names what is wrong. */
export type Rule = (serving: Serving) => Problem[];
