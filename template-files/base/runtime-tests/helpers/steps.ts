import { type Profiler, Session } from 'node:inspector';

/**
 * Counts work instead of measuring time: how often blocks of our own code are executed, as V8 counts them for coverage.
 * The same input gives about the same count on any machine. Modules must be imported after this, or their blocks are not counted.
 */
export interface StepCounter {
  /** The blocks that were executed while something was done. */
  during(act: () => unknown): number;
  /** The same since this counter was last asked, for what takes several turns of the event loop. */
  sinceLast(): number;
  stop(): void;
}

/** @param folder part of the path of the modules that count */
export function countSteps(folder = '/runtime/'): StepCounter {
  const session = new Session();
  session.connect();
  // In the same thread the answer comes before `post` returns.
  const ask = (method: string, params: object = {}): unknown => {
    let found: unknown;
    session.post(method, params, (error, result) => {
      if (error) throw error;
      found = result;
    });
    return found;
  };
  ask('Profiler.enable');
  ask('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  // The counts begin again with each look at them.
  const take = (): number => {
    const { result } = ask('Profiler.takePreciseCoverage') as Profiler.TakePreciseCoverageReturnType;
    return result
      .filter(({ url }) => url.includes(folder))
      .flatMap(({ functions }) => functions.flatMap(({ ranges }) => ranges))
      .reduce((sum, { count }) => sum + count, 0);
  };
  return {
    during(act) {
      take();
      act();
      return take();
    },
    sinceLast: take,
    stop() {
      ask('Profiler.stopPreciseCoverage');
      session.disconnect();
    },
  };
}
