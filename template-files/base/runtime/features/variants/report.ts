import { ServiceError } from '../../errors.ts';
import type { Model, ShadowObserver } from '../../inference/models.ts';
import type { WriteRows } from '../../inference/postprocess/decoder.ts';
import type { PredictorDeps } from '../../inference/predictor.ts';
import type { Difference } from './agreement.ts';
import type { VariantsMetrics } from './metrics.ts';
import type { ShadowDeps } from './shadow.ts';

export interface ReportDeps {
  readonly series: VariantsMetrics;
  readonly logger: PredictorDeps['logger'];
  readonly observers: readonly ShadowObserver[];
  readonly candidate: Pick<Model, 'name' | 'version' | 'sha256'>;
  readonly writeRows: WriteRows;
  readonly differenceOf: Difference;
}

const LOG_EVERY_MS = 60_000;

/**
 * Counts what became of a request to the shadow, and shows it to those who want it. Why it failed is counted by its error code, and logged
 * once in a minute.
 */
export function createReport(deps: ReportDeps): ShadowDeps['report'] {
  const { series, logger, observers, candidate, writeRows, differenceOf } = deps;
  let loggedAt = Number.NEGATIVE_INFINITY;

  function countFailure(error: unknown): string {
    const code = error instanceof ServiceError ? error.code : 'INTERNAL';
    series.shadowError(code).inc();
    const now = performance.now();
    if (now - loggedAt >= LOG_EVERY_MS) {
      loggedAt = now;
      logger.warn({ code, err: error }, 'the shadow failed on a request');
    }
    return code;
  }

  return ({ outcome, error, call, fetch, answers, others, startedAt }) => {
    series.shadow[outcome].inc();
    const reason = outcome === 'error' ? countFailure(error) : undefined;
    const { id, answerId, label = '' } = call;
    if (id === undefined) return;
    const wanting = observers.filter(({ wants }) => wants(id));
    if (wanting.length === 0) return;
    const endedAt = performance.now();
    const slowest = (key: 'queuedMs' | 'runMs') => Math.max(0, ...(others ?? []).map((answer) => answer[key]));
    const answer = {
      id,
      answerId,
      route: label,
      model: candidate,
      mode: 'shadow',
      outcome,
      reason,
      difference: others && differenceOf(fetch, answers, others),
      endedAt,
      totalMs: startedAt === undefined ? undefined : endedAt - startedAt,
      queue: slowest('queuedMs'),
      run: slowest('runMs'),
      outputs: others && writeRows(fetch, others),
    };
    for (const { shadowed } of wanting) shadowed(answer);
  };
}
