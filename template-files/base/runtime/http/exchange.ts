import type { IncomingMessage } from 'node:http';
import type { Logger } from 'pino';
import { HttpError } from '../api.ts';
import { describe, type ErrorCode, ServiceError } from '../errors.ts';
import type { Model, Models, ShadowObserver } from '../inference/models.ts';
import type { Call, Predictor } from '../inference/predictor.ts';
import { createTrace, type Trace } from '../inference/trace.ts';
import type { AccessLog } from '../observability/access-log.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { BufferedRequest } from './buffered-request.ts';
import { compress, compressionFor } from './compress.ts';
import { Message } from './message.ts';
import { errorReply, type Reply } from './reply.ts';
import { requestId } from './request-id.ts';
import type { Responder } from './responder.ts';
import { REJECTED } from './status.ts';

/** A request: one of Node.js, or one whose body is complete in memory. */
export type Incoming = IncomingMessage | BufferedRequest;

/** A request on its way through a handler. */
export interface Exchange extends Call {
  readonly req: Incoming;
  readonly id: string;
  /** Parts of the path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** The model that answers, once that is known. */
  model: Model | undefined;
}

/** The same with what is needed to answer it. */
interface Pending extends Exchange {
  readonly back: Responder;
  readonly label: string;
  readonly started: number;
}

export type Handler = (exchange: Exchange) => Reply | Promise<Reply>;

/** Looks at a request before its handler does: throws UNAUTHORIZED, FORBIDDEN or RATE_LIMITED to turn it away. */
export type Guard = (req: IncomingMessage) => void | Promise<void>;

export interface Route {
  readonly method: 'GET' | 'POST';
  /** As Express writes paths: `/v2/models/:model/infer`. */
  readonly path: string;
  /** The path in metrics, logs and documents. */
  readonly label: string;
  readonly handler: Handler;
  /** Answered before Express sees the request. */
  readonly hot?: boolean;
  /** Only when the model is ready. */
  readonly needsModel?: boolean;
  /** Not guarded: for probes. */
  readonly open?: boolean;
}

/** A request that predicts, once it is answered. */
export interface AnsweredRequest {
  readonly id: string;
  /** The client's own id for the answer, where it has one beside the request's. */
  readonly answerId: string | undefined;
  /** The route's label. */
  readonly route: string;
  /** 499 where the client has gone. */
  readonly status: number;
  /** performance.now */
  readonly endedAt: number;
  readonly totalMs: number;
  readonly model: Model;
  /** By what its client keeps its model, where there are several. */
  readonly key: string | undefined;
  readonly trace: Trace;
}

export interface RequestObserver {
  /** Whether what this request holds and how it is answered is kept for `answered`. Called for each request of a hot route. */
  readonly wants: (id: string) => boolean;
  /** Called after the answer is sent. It must cost little, and never throw. */
  readonly answered: (request: AnsweredRequest) => void;
  /** Called with what a shadow answered to a request that it wants. */
  readonly shadowed?: ShadowObserver['shadowed'];
  /** The requests that it wants are in the log by its own lines, and not in the access log. */
  readonly inAccessLog?: boolean;
}

export interface ExchangeDeps {
  readonly predictor: Pick<Predictor, 'accepts' | 'stopping'>;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly guards: readonly Guard[];
  readonly logAccess: AccessLog;
  readonly timeoutMs: number;
  readonly models: Pick<Models, 'main' | 'keyOf'>;
  readonly observers: readonly RequestObserver[];
}

export type Run = (
  route: Pick<Route, 'label' | 'handler' | 'needsModel' | 'open' | 'hot'>,
  req: Incoming,
  back: Responder,
  params: Readonly<Record<string, string>>,
) => void | Promise<void>;

/**
 * The one way in which any request is answered, on the hot path and through Express alike: id, guards, readiness, handler,
 * errors, response, metrics and log.
 */
export function createRun(deps: ExchangeDeps): Run {
  const { predictor, metrics, logger, guards, logAccess, timeoutMs, models, observers } = deps;
  const wantsTrace = (id: string): boolean => observers.some(({ wants }) => wants(id));

  function fault(error: unknown, label: string, id: string): Reply {
    const code = error instanceof ServiceError || error instanceof HttpError ? error.code : 'INTERNAL';
    const reason = REJECTED[code as ErrorCode];
    if (reason) metrics.rejected(reason);
    if (code === 'INTERNAL') logger.error({ id, route: label, err: error }, 'a defect of the service');
    if (code === 'INPUT_REFUSED') {
      logger.warn(
        { id, route: label, reason: (error as ServiceError).cause },
        'the model refuses the values of a request',
      );
    }
    if (code === 'INFERENCE_FAILED') {
      logger.error({ id, route: label, reason: (error as ServiceError).cause }, 'the model failed on a request');
    }
    if (code === 'HOOK_FAILED') {
      logger.error({ id, route: label, err: (error as ServiceError).cause ?? error }, (error as ServiceError).message);
    }
    return errorReply(error);
  }

  /** What is asked of a request before its handler is. */
  function admit(route: Parameters<Run>[0], req: Incoming, own: number | undefined): void {
    if (own === undefined) throw invalidTimeout(req.headers['x-timeout-ms']);
    if (!route.needsModel) return;
    const { ready, reason } = predictor.accepts();
    if (!ready) throw new ServiceError('NOT_READY', reason);
  }

  function admitted(route: Parameters<Run>[0], exchange: Exchange, own: number | undefined): Reply | Promise<Reply> {
    admit(route, exchange.req, own);
    return route.handler(exchange);
  }

  async function guarded(route: Parameters<Run>[0], exchange: Exchange, own: number | undefined): Promise<Reply> {
    // Where there are guards, Node.js reads all requests (service.ts).
    for (const guard of guards) await guard(exchange.req as IncomingMessage);
    return admitted(route, exchange, own);
  }

  function finish(pending: Pending, reply: Reply): void {
    const { req, back, id, label, started, model, trace } = pending;
    const gone = req.socket.destroyed;
    if (!gone) {
      const headers = model?.headers ? ['X-Request-Id', id, ...model.headers] : ['X-Request-Id', id];
      // While shutting down, clients are asked to go elsewhere with their next request.
      if (!back.respond(reply, headers, predictor.stopping())) {
        logger.error(
          { id, route: label },
          'src/app.ts has answered a request that it had passed on: that answer stays',
        );
      }
    }
    const status = gone ? 499 : reply.status;
    const endedAt = performance.now();
    const totalMs = endedAt - started;
    metrics.request(label, status, totalMs / 1000);
    if (model && status === 200) model.answered?.();
    if (!trace) {
      logAccess(id, label, status, totalMs);
      return;
    }
    const wanting = observers.filter(({ wants }) => wants(id));
    if (!wanting.some(({ inAccessLog }) => inAccessLog)) logAccess(id, label, status, totalMs);
    const { answerId } = pending;
    const key = models.keyOf?.(req.headers);
    for (const { answered } of wanting)
      answered({ id, answerId, route: label, status, endedAt, totalMs, model: model ?? models.main, key, trace });
  }

  function answer(pending: Pending, reply: Reply): void | Promise<void> {
    const encoding = compressionFor(pending.req, reply);
    if (encoding === undefined) finish(pending, reply);
    else {
      return compress(reply, encoding).then(
        (packed) => finish(pending, packed),
        (error) => fail(pending, error),
      );
    }
  }

  function fail(pending: Pending, error: unknown): void {
    finish(pending, fault(error, pending.label, pending.id));
  }

  // No async function: the frame of each would be kilobytes of garbage for every request.
  return (route, req, back, params) => {
    const started = (req instanceof Message ? req.arrived : undefined) ?? performance.now();
    const { headers } = req;
    const id = requestId(headers['x-request-id']);
    const own = ownTimeout(headers['x-timeout-ms'], timeoutMs);
    const pending: Pending = {
      req,
      back,
      label: route.label,
      started,
      id,
      headers,
      params,
      deadline: started + (own ?? timeoutMs),
      client: req.socket,
      trace: route.hot && wantsTrace(id) ? createTrace() : undefined,
      answerId: undefined,
      model: undefined,
    };
    try {
      const reply = guards.length > 0 && !route.open ? guarded(route, pending, own) : admitted(route, pending, own);
      if (!(reply instanceof Promise)) return answer(pending, reply);
      return reply.then(
        (one) => answer(pending, one),
        (error) => fail(pending, error),
      );
    } catch (error) {
      fail(pending, error);
    }
  };
}

function invalidTimeout(header: unknown): ServiceError {
  const message = `X-Timeout-Ms: expected a whole number of milliseconds above 0, found ${describe(header)}`;
  return new ServiceError('INVALID_REQUEST', message);
}

/** A client may shorten the service's timeout, never prolong it. Undefined when the header says nothing that could be meant. */
function ownTimeout(header: string | string[] | undefined, timeoutMs: number): number | undefined {
  if (header === undefined) return timeoutMs;
  if (typeof header !== 'string' || !/^[1-9]\d{0,8}$/.test(header)) return undefined;
  return Math.min(Number(header), timeoutMs);
}
