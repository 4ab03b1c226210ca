import type { ModelName, Models, Selecting } from '../../inference/models.ts';
import { prefixedFraction } from '../../observability/hash-sampling.ts';
import type { VariantsSpec } from './contract.ts';

/** A longer key is cut: hashing it would delay every request. */
const MAX_KEY = 1024;
const variantFraction = prefixedFraction('variant:');

/** The value of `stickyHeader`, by which a client keeps its version. */
export function createKeyOf({ stickyHeader }: Pick<VariantsSpec, 'stickyHeader'>): NonNullable<Models['keyOf']> {
  const header = stickyHeader?.toLowerCase();
  return (headers) => {
    const sent = header === undefined ? undefined : headers[header];
    return typeof sent === 'string' && sent !== '' ? sent.slice(0, MAX_KEY) : undefined;
  };
}

/**
 * Which of two versions answers. The same key gets the same one as long as the weight stays, in every replica; a larger
 * weight only moves clients from main to the candidate. Without a key the request's id decides.
 */
export function createPick(spec: VariantsSpec): (request: Selecting) => ModelName {
  const { mode, weight } = spec;
  if (mode === 'shadow') return () => 'main';
  const keyOf = createKeyOf(spec);
  return ({ id, headers }) => (variantFraction(keyOf(headers) ?? id) * 100 < weight ? 'candidate' : 'main');
}
