import { createServer, type Server, type ServerResponse } from 'node:http';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import { ServiceError } from '../errors.ts';
import { answerBrokenRequests, CONNECTION_LIMITS } from './connections.ts';
import type { Handler, Route, Run } from './exchange.ts';
import { createHotMatcher } from './hot.ts';
import { Message } from './message.ts';
import { errorReply } from './reply.ts';
import { throughNode } from './responder.ts';
import type { Room } from './room.ts';
import { OTHER } from './routes.ts';
import { pathOf } from './target.ts';
import { WholeServer } from './whole/server.ts';

const HOSTLESS = 'expected the header Host, which HTTP/1.1 asks for, found none';

/** The Express app. It never listens; a team's own middleware and routes have their place here. */
export function createApp(routes: readonly Route[], run: Run): Express {
  const app = express();
  app.disable('x-powered-by');
  app.enable('case sensitive routing');
  app.enable('strict routing');
  app.set('query parser', false);

  const serve = (route: Pick<Route, 'label' | 'handler'>): RequestHandler => {
    return (req, res) => run(route, req, throughNode(req, res), req.params as Record<string, string>);
  };
  const fail = (error: ServiceError, headers?: readonly string[]): RequestHandler => {
    const handler: Handler = () => errorReply(error, headers);
    return serve({ label: OTHER, handler });
  };

  for (const route of routes) app[route.method === 'GET' ? 'get' : 'post'](route.path, serve(route));

  for (const path of new Set(routes.map((route) => route.path))) {
    const methods = routes.filter((route) => route.path === path).map((route) => route.method);
    const allow = methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ');
    app.all(path, fail(new ServiceError('METHOD_NOT_ALLOWED', `this route takes ${allow}`), ['Allow', allow]));
  }
  app.use(fail(new ServiceError('NOT_FOUND', 'there is no such route; /openapi.json lists them')));

  // Express itself only refuses a path that cannot be decoded.
  const onError: ErrorRequestHandler = (_error, req, res, next) => {
    fail(new ServiceError('INVALID_REQUEST', 'the path of the request cannot be decoded'))(req, res, next);
  };
  app.use(onError);
  return app;
}

export interface HttpServerOptions {
  /** `false` is there for the tests that compare both ways. */
  readonly hot?: boolean;
  /** For requests that we read ourselves, because they come whole; Node.js reads all others, or all where there is none. */
  readonly wholeRoom?: Room | undefined;
}

/** The server: hot routes first, everything else through Express. */
export function createHttpServer(routes: readonly Route[], run: Run, options: HttpServerOptions = {}): Server {
  const { hot = true, wholeRoom } = options;
  const app = createApp(routes, run);
  const match = createHotMatcher(hot ? routes : []);
  const refuseHostless = {
    label: OTHER,
    open: true,
    handler: () => errorReply(new ServiceError('INVALID_REQUEST', HOSTLESS)),
  };
  const listener = (req: Message, res: ServerResponse): void => {
    if (req.headers.host === undefined && req.httpVersion === '1.1') {
      void run(refuseHostless, req, throughNode(req, res), {});
      return;
    }
    // Express throws on some whole URLs, and routes by paths alone.
    req.url = pathOf(req.url ?? '');
    const found = match(req.method ?? '', req.url);
    if (found) {
      req.direct = true;
      void run(found.route, req, throughNode(req, res), found.params);
    } else app(req, res);
  };
  const server = wholeRoom
    ? new WholeServer(CONNECTION_LIMITS, listener, { match, run, room: wholeRoom })
    : createServer({ ...CONNECTION_LIMITS, IncomingMessage: Message }, listener);
  answerBrokenRequests(server);
  // What a client expects and we do not know of is passed over.
  server.on('checkExpectation', listener);
  return server;
}
