import type { IncomingHttpHeaders } from 'node:http';
import type { VariantsSpec } from '../contract/serving.ts';
import type { Predictor } from '../inference/predictor.ts';
import { drawer } from '../observability/draw.ts';

/** A version of the model that this service serves. */
export interface Variant {
  readonly name: 'main' | 'candidate';
  readonly version: string;
  readonly sha256: string;
  readonly predictor: Predictor;
  /** Counts an answer of it. */
  readonly answered: () => void;
}

/** A request as far as its variant depends on it. */
export interface Drawn {
  readonly id: string;
  readonly headers: IncomingHttpHeaders;
}

/** Every version that is served, and which of them answers. */
export interface Variants {
  readonly main: Variant;
  readonly candidate: Variant | undefined;
  /** Golden samples, readiness and the end concern them all: this stands for all of them. */
  readonly all: readonly Variant[];
  readonly pick: (request: Drawn) => Variant;
}

/** Anything longer than a key would be is not hashed on the way of every request. */
const MAX_KEY = 1024;
const drawVariant = drawer('variant:');

/**
 * Which of two versions answers. The same key gets the same one as long as the weight stays, in every replica; a larger
 * weight only moves clients from main to the candidate.
 */
export function createPick({ mode, weight, stickyHeader }: VariantsSpec): (request: Drawn) => Variant['name'] {
  if (mode === 'shadow') return () => 'main';
  const header = stickyHeader?.toLowerCase();
  return ({ id, headers }) => {
    const sent = header === undefined ? undefined : headers[header];
    const key = typeof sent === 'string' && sent !== '' ? sent.slice(0, MAX_KEY) : id;
    return drawVariant(key) * 100 < weight ? 'candidate' : 'main';
  };
}
