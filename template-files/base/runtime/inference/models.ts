import type { Config } from '../config.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Predictor, PredictorDeps } from './predictor.ts';

/** A second model exists only where a feature adds one. */
export type ModelName = 'main' | 'candidate';

/** A model next to that of serving.yaml, with the configuration by which it would be served alone. */
export interface FurtherModel {
  readonly name: Exclude<ModelName, 'main'>;
  readonly config: Config;
}

/** A model that this service serves. */
export interface Model {
  readonly name: ModelName;
  readonly version: string;
  readonly sha256: string;
  readonly predictor: Predictor;
  /** Its own golden samples and files. */
  readonly config: Config;
  /** Called for each answer of it. */
  readonly answered?: () => void;
  /** Headers of its answers, names and values by turns. */
  readonly headers?: readonly string[];
}

/** What tells the models of a service apart. */
export type ModelIdentity = Pick<Model, 'name' | 'version'>;

/** A request as far as the choice of its model depends on it. */
export interface Selecting {
  readonly id: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** What concerns all models together: they start, are ready and end together. */
export type Lifecycle = Pick<Predictor, 'start' | 'readiness' | 'accepts' | 'stopping' | 'stop' | 'drain' | 'close'>;

/** The models that are served, and which of them answers a request. */
export interface Models {
  readonly main: Model;
  readonly all: readonly Model[];
  readonly pick: (request: Selecting) => Model;
  /** The model that a query of GET /predict/test names; always the main one where it is left out. */
  readonly byQuery?: (query: URLSearchParams) => Model;
  readonly lifecycle: Lifecycle;
}

export interface ModelsDeps extends Omit<PredictorDeps, 'observe'> {
  readonly metrics: Metrics;
  /** What sees the rows of clients, by model. */
  readonly observe: (model: ModelIdentity) => PredictorDeps['observe'];
}

/** Makes the models. `createMain` makes the one of serving.yaml; what it is given replaces the default. */
export type CreateModels = (
  deps: ModelsDeps,
  createMain: (changes?: Partial<Pick<PredictorDeps, 'observe' | 'metrics'>>) => Model,
) => Models;

/** The one model of serving.yaml. */
export const createSingleModel: CreateModels = (_, createMain) => {
  const main = createMain();
  return { main, all: [main], pick: () => main, lifecycle: main.predictor };
};
