import type { Logger } from 'pino';
import type { Environment } from './environment.ts';
import type { Feature } from './feature.ts';

/** Variables of the environment that features read, and the feature of each. */
const FEATURE_VARIABLES: Readonly<Record<string, string>> = {
  HTTP_READER: 'http-fast-path',
  PREDICTION_LOG_SALT: 'prediction-log',
};

/** Warns of variables that are set for a feature which was not chosen: a deployment may count on their effect. */
export function warnOfUnusedVariables(env: Environment, features: readonly Feature[], logger: Logger): void {
  const chosen = new Set(features.map(({ name }) => name));
  for (const [variable, feature] of Object.entries(FEATURE_VARIABLES)) {
    if (!env[variable] || chosen.has(feature)) continue;
    logger.warn(
      { variable, feature },
      `${variable} has no effect: the feature ${feature} is not in runtime/features.ts`,
    );
  }
}
