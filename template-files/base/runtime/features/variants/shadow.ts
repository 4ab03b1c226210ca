import type { Observe, Predictor } from '../../inference/predictor.ts';
import type { Agree } from './agreement.ts';
import type { ShadowOutcome } from './metrics.ts';

export interface ShadowDeps {
  readonly candidate: Pick<Predictor, 'inferTensors' | 'accepts'>;
  /** Requests of the main version that wait. */
  readonly waiting: () => number;
  readonly agree: Agree;
  readonly chosen: (id: string) => boolean;
  /** @param error why the candidate gave no answer, for the outcome `error` */
  readonly outcome: (outcome: ShadowOutcome, error?: unknown) => void;
}

/** So many requests wait for the shadow at the same time, and no more. */
const MAX_PENDING = 8;
/** No client waits for it. */
const DEADLINE_MS = 10_000;

/**
 * Sends the candidate what a client has sent, once the client's answer is there, and compares. It is left out when the main
 * version has requests waiting, or the candidate is behind: neither the answers nor the failures of it reach a client.
 */
export function createShadow({ candidate, waiting, agree, chosen, outcome }: ShadowDeps): Observe {
  let pending = 0;
  return (call, blocks, fetch, answers) => {
    if (call.id === undefined || !chosen(call.id)) return;
    if (pending >= MAX_PENDING || waiting() > 0 || !candidate.accepts().ready) {
      outcome('skipped');
      return;
    }
    pending += 1;
    const deadline = performance.now() + DEADLINE_MS;
    candidate
      .inferTensors(blocks, fetch, { deadline }, deadline)
      .then(
        (others) => outcome(agree(fetch, answers, others) ? 'agree' : 'disagree'),
        (error: unknown) => outcome('error', error),
      )
      .finally(() => {
        pending -= 1;
      });
  };
}
