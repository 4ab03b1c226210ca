import type { FeatureContext, FeatureParts } from '../../feature.ts';
import { exportBins } from './bin-series.ts';
import { readReferenceText } from './file.ts';
import { exportReferenceState } from './metrics.ts';
import { openReference } from './open.ts';
import { referenceId } from './reference.ts';
import { createWatch } from './watch.ts';

/** Counts from now on, where there is a reference that fits. */
export function openDrift({ config, metrics, logger }: FeatureContext): FeatureParts {
  const read = () => readReferenceText(config);
  const { features, outputs, reference, refused, stale } = openReference(read, config.serving);
  if (refused) {
    const level = stale ? 'warn' : 'error';
    logger[level]({ code: refused.code, reason: refused.message }, 'the drift reference is not used');
  }
  const watch = createWatch(features, outputs, reference);
  const origin = reference && { id: referenceId(reference), rows: reference.rows };
  exportBins(metrics.registry, watch.features, watch.outputs, origin);
  exportReferenceState(metrics.registry, { loaded: reference !== undefined, refused: refused !== undefined });
  return {
    // The reference has the answers of the main model: those of another one are no drift.
    observe: (model) => (_call, blocks, fetch, answers) => {
      watch.sawInputs(blocks);
      if (model.name === 'main') watch.sawAnswers(fetch, answers);
    },
  };
}
