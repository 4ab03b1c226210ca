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
  /** By what a client keeps its model, where it has sent that. */
  readonly keyOf?: (headers: Selecting['headers']) => string | undefined;
  /** The model that a query of GET /predict/test names; always the main one where it is left out. */
  readonly byQuery?: (query: URLSearchParams) => Model;
  readonly lifecycle: Lifecycle;
}

/** What became of a request that was sent to a model whose answers no client gets. */
export interface ShadowAnswer {
  readonly id: string;
  /** The client's own id, where it has one beside the request's. */
  readonly answerId: string | undefined;
  /** The route's label. */
  readonly route: string;
  readonly model: Pick<Model, 'name' | 'version' | 'sha256'>;
  readonly mode: string;
  readonly outcome: string;
  /** The error code where it has failed. */
  readonly reason: string | undefined;
  /** The largest difference between numbers of both answers. */
  readonly difference: number | undefined;
  /** performance.now */
  readonly endedAt: number;
  /** Milliseconds; undefined where it was not asked. */
  readonly totalMs: number | undefined;
  readonly queue: number;
  readonly run: number;
  /** A JSON list with an entry for each row. */
  readonly outputs: string | undefined;
}

/** Who wants to know of a shadow's answers. */
export interface ShadowObserver {
  readonly wants: (id: string) => boolean;
  /** It must cost little, and never throw. */
  readonly shadowed: (answer: ShadowAnswer) => void;
}

export interface ModelsDeps extends Omit<PredictorDeps, 'observe'> {
  readonly metrics: Metrics;
  readonly shadowObservers: readonly ShadowObserver[];
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
