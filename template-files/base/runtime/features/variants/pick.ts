import type { ModelName, Selecting } from '../../inference/models.ts';
import { prefixedFraction } from '../../observability/hash-sampling.ts';
import type { VariantsSpec } from './contract.ts';

/** Anything longer than a key would be is not hashed on the way of every request. */
const MAX_KEY = 1024;
const variantFraction = prefixedFraction('variant:');

/**
 * Which of two versions answers. The same key gets the same one as long as the weight stays, in every replica; a larger
 * weight only moves clients from main to the candidate.
 */
export function createPick({ mode, weight, stickyHeader }: VariantsSpec): (request: Selecting) => ModelName {
  if (mode === 'shadow') return () => 'main';
  const header = stickyHeader?.toLowerCase();
  return ({ id, headers }) => {
    const sent = header === undefined ? undefined : headers[header];
    const key = typeof sent === 'string' && sent !== '' ? sent.slice(0, MAX_KEY) : id;
    return variantFraction(key) * 100 < weight ? 'candidate' : 'main';
  };
}
