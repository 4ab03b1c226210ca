import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import { ServiceError } from '../errors.ts';
import type { Handler, Route, Run } from './exchange.ts';
import { Message } from './message.ts';
import { errorReply } from './reply.ts';
import { throughNode } from './responder.ts';
import { OTHER } from './routes.ts';

/** The Express app, empty. It never listens. */
export function createApp(): Express {
  const app = express();
  app.disable('x-powered-by');
  app.enable('case sensitive routing');
  app.enable('strict routing');
  // Express gives each request a prototype of its own: with this one it stays a Message.
  const request: object = Object.create(Message.prototype, Object.getOwnPropertyDescriptors(express.request));
  Object.setPrototypeOf(app.request, request);
  return app;
}

/**
 * Adds the routes of the service behind what src/app.ts has added.
 * @param answerError answers what code of src/app.ts has thrown
 */
export function addRoutes(app: Express, routes: readonly Route[], run: Run, answerError: ErrorRequestHandler): void {
  const serve = (route: Pick<Route, 'label' | 'handler'>): RequestHandler => {
    return (req, res) => {
      // A request that has been answered already, and was passed on as well, is the matter of whoever did both.
      if (res.headersSent) throw new AnsweredTwice();
      if (req instanceof Message) {
        req.isServed = true;
        req.onServed?.();
      }
      return run(route, req, throughNode(req, res), req.params as Record<string, string>);
    };
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

  const onError: ErrorRequestHandler = (error, req, res, next) => {
    // Express itself only refuses a path that cannot be decoded.
    if (error instanceof URIError && !res.headersSent) {
      fail(new ServiceError('INVALID_REQUEST', 'the path of the request cannot be decoded'))(req, res, next);
    } else answerError(error, req, res, next);
  };
  app.use(onError);
}

/** Thrown, and only logged, where code of src/app.ts answers a request and passes it on as well. */
class AnsweredTwice extends Error {
  readonly code = 'ERR_HTTP_HEADERS_SENT';

  constructor() {
    super('src/app.ts has answered a request and called next() as well: return after the answer');
    this.name = 'AnsweredTwice';
  }
}
