import type { ContractPart } from '../../contract/part.ts';

/** Predictions that are remembered until their true label comes. */
export interface FeedbackSpec {
  /** 0 turns feedback off. */
  readonly maxPredictions: number;
  readonly ttlSeconds: number;
}

declare module '../../contract/serving.ts' {
  interface Serving {
    readonly feedback: FeedbackSpec;
  }
}

export const FEEDBACK_DEFAULTS: FeedbackSpec = { maxPredictions: 10_000, ttlSeconds: 3600 };

export const contract: ContractPart = {
  complete: (serving) => ({ feedback: { ...FEEDBACK_DEFAULTS, ...serving.feedback } }),
};
