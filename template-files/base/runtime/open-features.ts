import { ServiceError } from './errors.ts';
import type { Feature, FeatureContext, FeatureParts } from './feature.ts';
import type { AddedParameters, Operations, Schemas } from './http/openapi/operations.ts';
import type { AddedRoutes } from './http/routes.ts';
import type { ModelIdentity } from './inference/models.ts';
import type { Observe } from './inference/predictor.ts';

/** The chosen features, opened. */
export interface OpenFeatures extends AddedRoutes {
  readonly parts: readonly FeatureParts[];
  /** The one part of its kind that a feature brings. @throws CONFIG_INVALID where two features bring it */
  readonly only: <Key extends 'createModels' | 'createServer'>(key: Key) => FeatureParts[Key];
  /** What sees the rows of clients and the answers of one model. */
  readonly observe: (model: ModelIdentity) => Observe | undefined;
  /** Called when the model is ready. @throws CONFIG_INVALID with the feature's name */
  readonly start: () => Promise<void>;
  /** @returns false where something that was to be written is lost */
  readonly close: (ms: number) => Promise<boolean>;
  readonly exit: () => void;
}

/** Opens features in their order. @throws the error of the first one that refuses, with its name */
export async function openFeatures(features: readonly Feature[], context: FeatureContext): Promise<OpenFeatures> {
  const opened: { name: string; parts: FeatureParts }[] = [];
  for (const feature of features) opened.push({ name: feature.name, parts: await openOne(feature, context) });
  const all = opened.map(({ parts }) => parts);
  return {
    parts: all,
    routes: all.flatMap(({ routes = [] }) => routes),
    operations: Object.assign({}, ...all.map(({ openApi }) => openApi?.operations)) as Operations,
    schemas: Object.assign({}, ...all.map(({ openApi }) => openApi?.schemas)) as Schemas,
    parameters: mergedParameters(all.flatMap(({ openApi }) => (openApi?.parameters ? [openApi.parameters] : []))),
    only(key) {
      const [first, second] = opened.filter(({ parts }) => parts[key]);
      if (first && second) {
        const message = `the features ${first.name} and ${second.name} exclude each other: both bring ${key}`;
        throw new ServiceError('CONFIG_INVALID', message);
      }
      return first?.parts[key];
    },
    observe(model) {
      const observers = all.flatMap(({ observe }) => observe?.(model) ?? []);
      if (observers.length < 2) return observers[0];
      return (...seen) => {
        for (const see of observers) see(...seen);
      };
    },
    async start() {
      for (const { name, parts } of opened) {
        try {
          await parts.start?.();
        } catch (error) {
          throw named(name, error);
        }
      }
    },
    async close(ms) {
      let isWritten = true;
      for (const { close } of all.toReversed()) isWritten = ((await close?.(ms)) ?? true) && isWritten;
      return isWritten;
    },
    exit() {
      for (const { exit } of all.toReversed()) exit?.();
    },
  };
}

/** Several features may add parameters to one operation. */
function mergedParameters(parts: readonly AddedParameters[]): AddedParameters {
  const merged: Record<string, AddedParameters[string]> = {};
  for (const [key, added] of parts.flatMap((part) => Object.entries(part)))
    merged[key] = [...(merged[key] ?? []), ...added];
  return merged;
}

async function openOne({ name, open }: Feature, context: FeatureContext): Promise<FeatureParts> {
  try {
    return (await open?.(context)) ?? {};
  } catch (error) {
    throw named(name, error);
  }
}

/** A feature's own error says what is wrong; any other one is a defect, and keeps its stack as the cause. */
function named(name: string, error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  const message = `the feature ${name} does not start: ${(error as Error)?.message ?? error}`;
  return new ServiceError('CONFIG_INVALID', message, { cause: error });
}
