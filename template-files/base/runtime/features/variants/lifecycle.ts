import type { Lifecycle, Model } from '../../inference/models.ts';
import type { Predictor } from '../../inference/predictor.ts';
import type { Readiness } from '../../inference/release.ts';

/**
 * Ready only when all are: a candidate that does not give its golden answers is not let near clients. Once it has, the
 * workers of a shadow may come and go: no client waits for them.
 */
export function createLifecycle(
  main: Pick<Model, 'predictor'>,
  candidate: Pick<Model, 'predictor'>,
  mode: 'shadow' | 'ab',
): Lifecycle {
  const both = [main.predictor, candidate.predictor];
  const worst = (first: Readiness, { ready, reason }: Readiness): Readiness =>
    !first.ready || ready ? first : { ready, reason: `the candidate: ${reason}` };
  const each = async (what: (predictor: Predictor) => Promise<void>): Promise<void> => {
    await Promise.all(both.map(what));
  };
  return {
    start: () => each((predictor) => predictor.start()),
    readiness: () =>
      worst(main.predictor.readiness(), candidate.predictor[mode === 'shadow' ? 'accepts' : 'readiness']()),
    accepts: () => worst(main.predictor.accepts(), candidate.predictor.accepts()),
    stopping: () => main.predictor.stopping(),
    stop() {
      for (const predictor of both) predictor.stop();
    },
    drain: () => each((predictor) => predictor.drain()),
    close: () => each((predictor) => predictor.close()),
  };
}
