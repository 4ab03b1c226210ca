import type { Express } from 'express';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Config } from './config.ts';
import { inputError as invalidInput } from './errors.ts';

/*
 * The contract between src/ and runtime/: what your code may use of the template's. Beside this file these are #runtime/start
 * (the start of the service) and #runtime/testing (the service in tests). All else in runtime/ may change with any version.
 * docs/EXTENDING.md says how to use it.
 */

/** Version of this contract. It grows only when something is taken away or changes its meaning; additions leave it as it is. */
export const API_VERSION = 1;

/** An answer that your code chooses: `throw new HttpError(422, 'NO_SUCH_CUSTOMER', 'there is no customer 17')`. */
export class HttpError extends Error {
  readonly status: number;
  readonly code: string;
  /** Further headers of the answer. */
  readonly headers: Readonly<Record<string, string>>;

  /**
   * @param status an HTTP status from 400 to 599
   * @param code stable, for programs, in capitals
   * @param message for people; it reaches the client
   */
  constructor(
    status: number,
    code: string,
    message: string,
    { headers = {}, cause }: { readonly headers?: Readonly<Record<string, string>>; readonly cause?: unknown } = {},
  ) {
    if (!Number.isInteger(status) || status < 400 || status > 599) {
      throw new TypeError(`HttpError: expected a status from 400 to 599, found ${String(status)}`);
    }
    if (!/^[A-Z][A-Z0-9_]{0,63}$/.test(code)) {
      throw new TypeError(`HttpError: expected a code of capitals, digits and _, found ${JSON.stringify(code)}`);
    }
    super(message, { cause });
    this.name = 'HttpError';
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** The error for a value of a client that is wrong: 400 INVALID_INPUT, which names the place, the expected and the found. */
export const inputError: (where: string, expected: string, found: unknown) => Error = invalidInput;

/** Headers of a request, with names in lower case. */
export type RequestHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** What a hook knows of the request that it works for. */
export interface HookContext {
  /** The request's id, as in the log and in the header X-Request-Id; `internal` for golden samples and files of instances. */
  readonly requestId: string;
  /** None for golden samples and files of instances. */
  readonly headers: RequestHeaders;
  /** Aborted at the request's deadline: hand it to `fetch` and to clients of databases. */
  readonly signal: AbortSignal;
  /** Its lines have the request's id. */
  readonly logger: Logger;
}

/** The same with the instances as the client sent them, in the order of the predictions. */
export interface PostprocessContext extends HookContext {
  readonly instances: readonly unknown[];
}

const FORM = Symbol.for('create-ml-serving.hook');

/** A hook that gets all rows of a request and returns as many, in their order. Made by `definePreprocess`. */
export interface Preprocess {
  (rows: readonly unknown[], context: HookContext): Promise<readonly unknown[]>;
  readonly [FORM]: 'rows';
}

/** The same for predictions. Made by `definePostprocess`. */
export interface Postprocess {
  (rows: readonly unknown[], context: PostprocessContext): Promise<readonly unknown[]>;
  readonly [FORM]: 'rows';
}

type Rows = readonly unknown[] | Promise<readonly unknown[]>;

/** Declares a hook that gets the instances of a request and returns those that serving.yaml describes, as many, in their order. */
export function definePreprocess<Row = unknown>(
  hook: (rows: readonly Row[], context: HookContext) => Rows,
): Preprocess {
  return Object.assign(
    async (rows: readonly unknown[], context: HookContext) => hook(rows as readonly Row[], context),
    {
      [FORM]: 'rows' as const,
    },
  );
}

/** Declares a hook that gets the predictions of a request and returns what is sent, as many, in their order. */
export function definePostprocess<Row = unknown>(
  hook: (rows: readonly Row[], context: PostprocessContext) => Rows,
): Postprocess {
  return Object.assign(
    async (rows: readonly unknown[], context: PostprocessContext) => hook(rows as readonly Row[], context),
    { [FORM]: 'rows' as const },
  );
}

/** The form of hooks until version 0.9: called for each instance. It still works. @deprecated use `definePreprocess` */
export type InstancePreprocess = (instance: unknown, index: number) => unknown;

/** @deprecated use `definePostprocess` */
export type InstancePostprocess = (prediction: unknown, instance: unknown) => unknown;

/** The hooks of src/hooks/. Undefined costs nothing. */
export interface Hooks {
  readonly preprocess?: Preprocess | InstancePreprocess | undefined;
  readonly postprocess?: Postprocess | InstancePostprocess | undefined;
}

/** Whether a hook was declared with `definePreprocess` or `definePostprocess`. All others get one instance at a time. */
export function takesRows<Hook extends { readonly [FORM]: 'rows' }>(
  hook: Hook | ((...values: never[]) => unknown),
): hook is Hook {
  return FORM in hook;
}

/** What a prediction of your own code is asked with. */
export interface PredictOptions {
  /** Ends the wait. */
  readonly signal?: AbortSignal;
  /** How long it may take; limits.timeoutMs by default. */
  readonly timeoutMs?: number;
  /** Appears in the prediction log and in the context of hooks. */
  readonly requestId?: string;
  /** Seen by hooks, and by the choice between variants. */
  readonly headers?: RequestHeaders;
  /** Of a classifier: so many of the likeliest classes. */
  readonly topK?: number;
}

/** What `configure` gets of the service. */
export interface AppContext {
  /** The settings in force. They cannot be changed. */
  readonly config: Readonly<Pick<Config, 'serving' | 'host' | 'port' | 'logLevel' | 'templateVersion'>>;
  readonly logger: Logger;
  /** Metrics that are registered here are in GET /metrics. */
  readonly registry: Registry;
  /**
   * The predictions for some instances, hooks included, as POST /predict answers them.
   * @throws what POST /predict answers as an error, with the same code
   */
  readonly predict: (instances: readonly unknown[], options?: PredictOptions) => Promise<readonly unknown[]>;
}

/** Adds middleware and routes. They see every request before the routes of the service do. An error refuses the start. */
export type Configure = (app: Express, context: AppContext) => void | Promise<void>;
