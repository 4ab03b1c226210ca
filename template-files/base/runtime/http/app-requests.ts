import type { ServerResponse } from 'node:http';
import type { ErrorRequestHandler } from 'express';
import type { Logger } from 'pino';
import { ServiceError } from '../errors.ts';
import type { Activities } from '../observability/activities.ts';
import { appErrorReply, isDefect } from './app-errors.ts';
import { createBodyCopy } from './body-copy.ts';
import type { ByteBudget } from './byte-budget.ts';
import type { FindRoute, Match } from './hot.ts';
import type { Message } from './message.ts';
import { errorReply, type Reply } from './reply.ts';
import { requestId } from './request-id.ts';
import { throughNode } from './responder.ts';
import { OTHER } from './routes.ts';
import { REJECTED } from './status.ts';

/*
 * Requests of a service whose src/app.ts has added middleware or routes. Code of the team sees each of them first: it is given an id and a
 * deadline, and what the team answers itself is counted and logged as the service's own answers are.
 */

export interface AppRequestsDeps {
  readonly logger: Logger;
  /** Counts and logs an answered request. */
  readonly record: (id: string, label: string, status: number, ms: number) => void;
  /** Counts why a request was refused. */
  readonly rejected: (reason: string) => void;
  /** Makes the series of a route. */
  readonly announce: (label: string) => void;
  /** The route of the service that a request names, if any. */
  readonly match: FindRoute;
  readonly isStopping: () => boolean;
  /** How long code of src/app.ts may take before it has answered or passed a request on. */
  readonly timeoutMs: number;
  readonly maxBodyBytes: number;
  readonly budget: ByteBudget;
  readonly activities?: Activities | undefined;
}

export interface AppRequests {
  /** To be called for each request before Express gets it. */
  readonly open: (req: Message, res: ServerResponse) => void;
  /** Answers what code of src/app.ts has thrown. */
  readonly answerError: ErrorRequestHandler;
}

/** Series are bounded: a router that is mounted at a path with parameters has as many names as clients think of. */
const MAX_LABELS = 100;
/** Labels are written into log lines as they are. */
const LABEL = /^[A-Za-z0-9._~:{}*/-]{1,200}$/;

export function createAppRequests(deps: AppRequestsDeps): AppRequests {
  const { logger, record, rejected, announce, match, isStopping, timeoutMs, maxBodyBytes, budget, activities } = deps;
  const labels = new Set<string>();
  const shadowed = new Set<string>();

  /** The route of the team that has answered, as a pattern; else the service's, whose path the request has. */
  function labelOf(req: Message, served: Match | undefined): string {
    const path: unknown = (req.route as { readonly path?: unknown } | undefined)?.path;
    if (typeof path !== 'string') return served?.route.label ?? OTHER;
    const label = `${req.mount}${path}`.replace(/:([A-Za-z0-9_]+)/g, '{$1}');
    if (labels.has(label)) return label;
    if (served?.route.label === label) return label;
    if (labels.size >= MAX_LABELS || !LABEL.test(label)) return OTHER;
    labels.add(label);
    announce(label);
    return label;
  }

  function warnOfShadow(req: Message, served: Match | undefined, label: string, status: number): void {
    const isOwnRoute = req.route !== undefined;
    if (!served || !isOwnRoute || status >= 400 || shadowed.has(served.route.label)) return;
    shadowed.add(served.route.label);
    const { method } = served.route;
    logger.warn(
      { route: label },
      `src/app.ts answers ${method} ${served.route.label} in the place of the service's route`,
    );
  }

  return {
    open(req, res) {
      const started = performance.now();
      const id = requestId(req.headers['x-request-id']);
      const served = match(req.method ?? '', req.url ?? '');
      req.arrived = started;
      // As routes of the service find it, and code of the team as well.
      req.headers['x-request-id'] = id;
      res.setHeader('X-Request-Id', id);
      if (isStopping()) res.setHeader('Connection', 'close');
      if (served?.route.method === 'POST') req.copy = createBodyCopy(maxBodyBytes, budget);
      const end = activities?.begin('src/app.ts', id);
      req.onServed = end;
      const timer = setTimeout(() => {
        if (req.isServed || res.headersSent) return;
        const error = new ServiceError(
          'TIMEOUT',
          'no answer in time: src/app.ts had neither answered nor called next()',
        );
        rejected('timeout');
        respond(req, res, errorReply(error));
      }, timeoutMs);
      res.once('close', () => {
        clearTimeout(timer);
        end?.();
        req.copy?.release();
        if (req.isServed) return;
        const label = labelOf(req, served);
        const status = res.writableFinished ? res.statusCode : 499;
        warnOfShadow(req, served, label, status);
        record(id, label, status, performance.now() - started);
      });
    },
    answerError(error, req, res, _next) {
      const id = String(req.headers['x-request-id']);
      if (res.headersSent) {
        logger.error({ id, err: error }, 'src/app.ts failed on a request that is answered already');
        // A client that waits for the rest would wait for ever.
        if (!res.writableEnded && (error as { code?: unknown })?.code !== 'ERR_HTTP_HEADERS_SENT') res.destroy();
        return;
      }
      const reason = error instanceof ServiceError ? REJECTED[error.code] : undefined;
      if (reason) rejected(reason);
      const reply = appErrorReply(error, id);
      if (isDefect(reply)) logger.error({ id, err: error }, 'src/app.ts failed on a request');
      respond(req as unknown as Message, res, reply);
    },
  };
}

function respond(req: Message, res: ServerResponse, reply: Reply): void {
  throughNode(req, res).respond(reply, [], false);
}
