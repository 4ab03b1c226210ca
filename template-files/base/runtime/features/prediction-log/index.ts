import type { Feature } from '../../feature.ts';
import { contract } from './contract.ts';
import { createPredictionLogMetrics } from './metrics.ts';
import { openPredictionLog } from './open.ts';

/** Writes what was predicted, for whom and from what. */
export const predictionLog: Feature = {
  name: 'prediction-log',
  contract,
  open({ config, metrics, logger, hooks }) {
    const isHooked = hooks.preprocess !== undefined;
    const log = openPredictionLog(config, createPredictionLogMetrics(metrics.registry), logger, isHooked);
    if (!log) return {};
    const { wants, write, writeShadow, inAccessLog, close, spill } = log;
    return { requests: { wants, answered: write, shadowed: writeShadow, inAccessLog }, close, exit: spill };
  },
};
