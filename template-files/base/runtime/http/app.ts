import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import { ServiceError } from '../errors.ts';
import type { Handler, Route, Run } from './exchange.ts';
import { errorReply } from './reply.ts';
import { throughNode } from './responder.ts';
import { OTHER } from './routes.ts';

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
