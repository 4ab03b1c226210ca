import type { Observe, Predictor } from '../../inference/predictor.ts';
import type { Agree } from './agreement.ts';

export interface ShadowDeps {
  readonly candidate: Pick<Predictor, 'inferTensors' | 'accepts'>;
  /** Requests of the main version that wait. */
  readonly waiting: () => number;
  readonly agree: Agree;
  readonly chosen: (id: string) => boolean;
  /** @param error why the candidate gave no answer, for the outcome `error` */
  readonly outcome: (outcome: 'agree' | 'disagree' | 'error' | 'skipped', error?: unknown) => void;
}

/** The shadow is asked about so many requests at the same time, and no more. */
const MAX_ASKED = 8;
/** Nobody waits for it. */
const PATIENCE_MS = 10_000;

/**
 * Asks the candidate what a client has asked, once the client's answer is there, and compares. It is left out when the main
 * version has requests waiting, or the candidate is behind: neither the answers nor the failures of it reach a client.
 */
export function createShadow({ candidate, waiting, agree, chosen, outcome }: ShadowDeps): Observe {
  let asked = 0;
  return (call, blocks, fetch, answers) => {
    if (call.id === undefined || !chosen(call.id)) return;
    if (asked >= MAX_ASKED || waiting() > 0 || !candidate.accepts().ready) {
      outcome('skipped');
      return;
    }
    asked += 1;
    const deadline = performance.now() + PATIENCE_MS;
    candidate
      .inferTensors(blocks, fetch, { deadline }, deadline)
      .then(
        (others) => outcome(agree(fetch, answers, others) ? 'agree' : 'disagree'),
        (error: unknown) => outcome('error', error),
      )
      .finally(() => {
        asked -= 1;
      });
  };
}
