import type { FeatureContext, FeatureParts } from '../../feature.ts';
import { createPredictionLogMetrics } from './metrics.ts';
import { openPredictionLog } from './open.ts';

/** Writes from now on; nothing where serving.yaml does not ask for it. */
export function openLog({ config, metrics, logger, hooks }: FeatureContext): FeatureParts {
  const isHooked = hooks.preprocess !== undefined;
  const log = openPredictionLog(config, createPredictionLogMetrics(metrics.registry), logger, isHooked);
  if (!log) return {};
  const { wants, write, writeShadow, inAccessLog, close, spill } = log;
  return { requests: { wants, answered: write, shadowed: writeShadow, inAccessLog }, close, exit: spill };
}
