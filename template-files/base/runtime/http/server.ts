import { createServer, type RequestListener, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Express } from 'express';
import { ServiceError } from '../errors.ts';
import type { ByteBudget } from './byte-budget.ts';
import { answerBrokenRequests, CONNECTION_LIMITS } from './connections.ts';
import type { Run } from './exchange.ts';
import type { FindRoute } from './hot.ts';
import { Message } from './message.ts';
import { errorReply } from './reply.ts';
import { throughNode } from './responder.ts';
import { OTHER } from './routes.ts';
import { pathOf } from './target.ts';

const HOSTLESS = 'expected the header Host, which HTTP/1.1 asks for, found none';

/** What a server of a feature's own is made of. */
export interface ServerParts {
  readonly options: ServerOptions;
  /** Answers any request that Node.js has read. */
  readonly listener: RequestListener<typeof Message>;
  /** The hot route of a request, where it has one. */
  readonly match: FindRoute;
  readonly run: Run;
  /** Bounds the bytes of bodies that are being received. */
  readonly budget: ByteBudget;
}

/** A server that may hold connections of which Node.js does not know. */
export type ServiceServer = Server & { readonly isServing?: (socket: Socket) => boolean };

export type CreateServer = (parts: ServerParts) => ServiceServer;

const createNodeServer: CreateServer = ({ options, listener }) =>
  createServer({ ...options, IncomingMessage: Message }, listener);

export interface HttpServerParts {
  readonly app: Express;
  readonly run: Run;
  /** Finds routes that are answered before Express. */
  readonly match: FindRoute;
  readonly budget: ByteBudget;
  /** Called for each request that goes to Express. */
  readonly open?: ((req: Message, res: ServerResponse) => void) | undefined;
  /** Node.js' own server by default. */
  readonly create?: CreateServer | undefined;
}

/** The server: hot routes first, everything else through Express. */
export function createHttpServer(parts: HttpServerParts): ServiceServer {
  const { app, run, match, budget, open, create = createNodeServer } = parts;
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
      return;
    }
    open?.(req, res);
    app(req, res);
  };
  const server = create({ options: CONNECTION_LIMITS, listener, match, run, budget });
  answerBrokenRequests(server);
  // What a client expects and we do not know of is passed over.
  server.on('checkExpectation', listener);
  return server;
}
