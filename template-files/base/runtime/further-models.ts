import type { Config } from './config.ts';
import type { Feature } from './feature.ts';
import { features as chosenFeatures } from './features.ts';
import type { FurtherModel } from './inference/models.ts';

/** The models that features add to the one of serving.yaml. @throws CONFIG_INVALID when one of them cannot be read */
export function furtherModels(config: Config, features: readonly Feature[] = chosenFeatures): readonly FurtherModel[] {
  return features.flatMap(({ models }) => models?.(config) ?? []);
}

/** Whether a feature was chosen that adds models. */
export function addsModels(features: readonly Feature[] = chosenFeatures): boolean {
  return features.some(({ models }) => models !== undefined);
}
