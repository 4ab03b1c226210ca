import type { Answer } from '../../inference/job.ts';
import type { Call, Observe, Predictor } from '../../inference/predictor.ts';
import type { Agree } from './agreement.ts';
import type { ShadowOutcome } from './metrics.ts';

/** What became of a request that was chosen for the shadow. */
export interface ShadowResult {
  readonly outcome: ShadowOutcome;
  readonly call: Call;
  readonly fetch: readonly number[];
  /** The main version's answers. */
  readonly answers: readonly Answer[];
  /** The candidate's answers, where it gave any. */
  readonly others?: readonly Answer[];
  /** Why it gave none, for the outcome `error`. */
  readonly error?: unknown;
  /** When the candidate got the request (performance.now). */
  readonly startedAt?: number;
}

export interface ShadowDeps {
  readonly candidate: Pick<Predictor, 'inferTensors' | 'accepts'>;
  /** Requests of the main version that wait. */
  readonly waiting: () => number;
  readonly agree: Agree;
  readonly chosen: (id: string) => boolean;
  /** Called once for each request that was chosen. */
  readonly report: (result: ShadowResult) => void;
}

/** So many requests wait for the shadow at the same time, and no more. */
const MAX_PENDING = 8;
/** No client waits for it. */
const DEADLINE_MS = 10_000;

/**
 * Sends the candidate what a client has sent, once the client's answer is there, and compares. It is left out when the main
 * version has requests waiting, or the candidate is behind: neither the answers nor the failures of it reach a client.
 */
export function createShadow({ candidate, waiting, agree, chosen, report }: ShadowDeps): Observe {
  let pending = 0;
  return (call, blocks, fetch, answers) => {
    if (call.id === undefined || !chosen(call.id)) return;
    const request = { call, fetch, answers };
    if (pending >= MAX_PENDING || waiting() > 0 || !candidate.accepts().ready) {
      report({ ...request, outcome: 'skipped' });
      return;
    }
    pending += 1;
    const startedAt = performance.now();
    const deadline = startedAt + DEADLINE_MS;
    candidate
      .inferTensors(blocks, fetch, { deadline }, deadline)
      .then(
        (others) => {
          const outcome = agree(fetch, answers, others) ? 'agree' : 'disagree';
          report({ ...request, outcome, others, startedAt });
        },
        (error: unknown) => report({ ...request, outcome: 'error', error, startedAt }),
      )
      .finally(() => {
        pending -= 1;
      });
  };
}
