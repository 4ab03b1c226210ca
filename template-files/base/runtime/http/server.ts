import { createServer, type RequestListener, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { ServiceError } from '../errors.ts';
import { createApp } from './app.ts';
import { answerBrokenRequests, CONNECTION_LIMITS } from './connections.ts';
import type { Route, Run } from './exchange.ts';
import { createHotMatcher, type Match } from './hot.ts';
import { Message } from './message.ts';
import { errorReply } from './reply.ts';
import { throughNode } from './responder.ts';
import type { Room } from './room.ts';
import { OTHER } from './routes.ts';
import { pathOf } from './target.ts';

const HOSTLESS = 'expected the header Host, which HTTP/1.1 asks for, found none';

/** What a server of a feature's own is made of. */
export interface ServerParts {
  readonly options: ServerOptions;
  /** Answers any request that Node.js has read. */
  readonly listener: RequestListener<typeof Message>;
  /** The hot route of a request, where it has one. */
  readonly match: (method: string, url: string) => Match | undefined;
  readonly run: Run;
  /** Bounds the bytes of bodies that are being received. */
  readonly room: Room;
}

/** A server that may hold connections of which Node.js does not know. */
export type ServiceServer = Server & { readonly isServing?: (socket: Socket) => boolean };

export type CreateServer = (parts: ServerParts) => ServiceServer;

const createNodeServer: CreateServer = ({ options, listener }) =>
  createServer({ ...options, IncomingMessage: Message }, listener);

export interface HttpServerOptions {
  /** `false` is there for the tests that compare both ways. */
  readonly hot?: boolean;
  readonly room: Room;
  /** Node.js' own server by default. */
  readonly create?: CreateServer | undefined;
}

/** The server: hot routes first, everything else through Express. */
export function createHttpServer(routes: readonly Route[], run: Run, options: HttpServerOptions): ServiceServer {
  const { hot = true, room, create = createNodeServer } = options;
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
  const server = create({ options: CONNECTION_LIMITS, listener, match, run, room });
  answerBrokenRequests(server);
  // What a client expects and we do not know of is passed over.
  server.on('checkExpectation', listener);
  return server;
}
