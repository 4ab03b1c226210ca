import type { Predictor } from '../inference/predictor.ts';
import type { Variants } from './variant.ts';

/** What concerns every version: they start, are ready and end together. */
export type Lifecycle = Pick<Predictor, 'start' | 'readiness' | 'accepts' | 'stopping' | 'stop' | 'drain' | 'close'>;

/** Ready only when all are: a candidate that does not give its golden answers is not let near clients. */
export function createLifecycle({ all, main }: Pick<Variants, 'all' | 'main'>): Lifecycle {
  const predictors = all.map(({ name, predictor }) => ({ name, predictor }));
  if (predictors.length === 1) return main.predictor;
  const first = (of: 'readiness' | 'accepts') => () => {
    const states = predictors.map(({ name, predictor }) => ({ name, ...predictor[of]() }));
    const worst = states.find(({ ready }) => !ready);
    const [whole] = states;
    if (worst?.name === 'candidate') return { ready: false, reason: `the candidate: ${worst.reason}` };
    return worst ?? whole ?? { ready: false, reason: 'there is no model' };
  };
  const each = async (what: (predictor: Predictor) => Promise<void>): Promise<void> => {
    await Promise.all(predictors.map(({ predictor }) => what(predictor)));
  };
  return {
    start: () => each((predictor) => predictor.start()),
    readiness: first('readiness'),
    accepts: first('accepts'),
    stopping: () => main.predictor.stopping(),
    stop() {
      for (const { predictor } of predictors) predictor.stop();
    },
    drain: () => each((predictor) => predictor.drain()),
    close: () => each((predictor) => predictor.close()),
  };
}
