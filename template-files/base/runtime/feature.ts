import type { Logger } from 'pino';
import type { Hooks } from './api.ts';
import type { Config } from './config.ts';
import type { ContractPart } from './contract/part.ts';
import type { BodyReader } from './http/body.ts';
import type { Guard, RequestObserver, Route } from './http/exchange.ts';
import type { AddedParameters, Operations, Schemas } from './http/openapi/operations.ts';
import type { CreateServer } from './http/server.ts';
import type { CreateModels, FurtherModel, ModelIdentity, Models } from './inference/models.ts';
import type { Observe } from './inference/predictor.ts';
import type { Metrics } from './observability/metrics.ts';

/*
 * What a feature adds to the service. Each is one folder, runtime/features/<name>/, whose index.ts exports one Feature;
 * runtime/features.ts lists those that were chosen. The core knows features by this interface alone, and no feature imports another.
 */

export interface Feature {
  /** As in the answer `features`. */
  readonly name: string;
  /** The sections of serving.yaml that belong to it. */
  readonly contract?: ContractPart;
  /** Models next to the one of serving.yaml, for `npm run check` and `npm run golden`. @throws CONFIG_INVALID */
  readonly models?: (config: Config) => readonly FurtherModel[];
  /**
   * Called by `npm run check`, once the model agrees with serving.yaml.
   * @returns what to print, a line each
   * @throws ServiceError when the check fails
   */
  readonly check?: (config: Config) => readonly string[] | Promise<readonly string[]>;
  /**
   * Called once, in the order of the list, before anything listens. Code that only the server needs is imported here: what index.ts
   * imports delays the workers, because serving.yaml is read with the features' contracts before they start.
   * @throws CONFIG_INVALID to refuse the start
   */
  readonly open?: (context: FeatureContext) => FeatureParts | Promise<FeatureParts>;
}

export interface FeatureContext {
  readonly config: Config;
  readonly logger: Logger;
  /** The team's hooks. */
  readonly hooks: Hooks;
  /** With the registry for metrics of the feature's own. */
  readonly metrics: Metrics;
  /** Reads bodies of requests, within the limits of serving.yaml. */
  readonly bodies: BodyReader;
  /** The models that are served. To be called after `open`: models know of the features, not the other way round. */
  readonly models: () => Models;
}

/** What OpenAPI says of a feature, by method and label (`POST /feedback`). */
export interface OpenApiPart {
  readonly operations?: Operations;
  readonly schemas?: Schemas;
  /** Parameters that it adds to operations of the core. */
  readonly parameters?: AddedParameters;
}

/** Everything is optional. */
export interface FeatureParts {
  /** Are shown every request before its handler is, except those of health. */
  readonly guards?: readonly Guard[];
  readonly routes?: readonly Route[];
  readonly openApi?: OpenApiPart;
  /** Called once for each model: what sees the rows of clients and the model's answers to them. */
  readonly observe?: (model: ModelIdentity) => Observe | undefined;
  /** Sees requests that predict once they are answered, with what they held. */
  readonly requests?: RequestObserver;
  /** Makes the models, in the place of the one that is served otherwise. One feature at most. */
  readonly createModels?: CreateModels;
  /** Makes the HTTP server, in the place of Node.js' own. One feature at most. */
  readonly createServer?: CreateServer;
  /** Called when the model is ready. Its failure ends the start, with the feature's name. */
  readonly start?: () => void | Promise<void>;
  /**
   * Called in the order from last to first when everything that was accepted is answered.
   * @param ms how long it may take
   * @returns false where something that was to be written is lost
   */
  readonly close?: (ms: number) => Promise<boolean>;
  /** Called when the process exits, after `close` or without it; it cannot wait for anything. */
  readonly exit?: () => void;
}
