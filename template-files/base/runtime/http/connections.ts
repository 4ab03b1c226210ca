import type { IncomingMessage, Server, ServerOptions, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type ErrorCode, ServiceError } from '../errors.ts';
import { errorReply } from './reply.ts';

/** What a connection may cost. A client that sends slower than this is cut off. */
export const CONNECTION_LIMITS: ServerOptions = {
  maxHeaderSize: 16 * 1024,
  // Its absence is answered by ourselves (app.ts), as all errors are.
  requireHostHeader: false,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 2000,
  // Longer than the idle timeout of common load balancers (60 s), so that it is never this side that closes first.
  keepAliveTimeout: 65_000,
};

/** Connections at the same time; more are closed at once. Each may hold headers of 16 KiB and a part of a body. */
const MAX_CONNECTIONS = 10_000;

/** `onRefused` is told of connections beyond what a server bears. */
export function limitConnections(server: Server, onRefused: () => void): void {
  server.maxConnections = MAX_CONNECTIONS;
  server.on('drop', onRefused);
}

/** The connections of a server, for its shutdown. */
export interface Connections {
  /** Closes those that have sent nothing, or only a part of a request: no client waits for an answer on them. */
  closeUnfinished(): void;
}

/** To be called before the server listens. */
export function trackConnections(server: Server & { readonly isServing?: (socket: Socket) => boolean }): Connections {
  /** The response that each connection has got last from Node.js' reader. */
  const latest = new Map<Socket, ServerResponse | undefined>();
  server.on('connection', (socket: Socket) => {
    latest.set(socket, undefined);
    socket.once('close', () => latest.delete(socket));
  });
  const note = ({ socket }: IncomingMessage, response: ServerResponse): void => {
    if (latest.has(socket)) latest.set(socket, response);
  };
  server.on('request', note);
  server.on('checkExpectation', note);
  const isServed = (socket: Socket, response: ServerResponse | undefined): boolean => {
    if (server.isServing?.(socket)) return true;
    return response?.req.complete === true && !response.writableFinished;
  };
  return {
    closeUnfinished() {
      for (const [socket, response] of latest) if (!isServed(socket, response)) socket.destroy();
    },
  };
}

/** For the answer to arrive before the connection is gone. */
const LINGER_MS = 1000;

const CODES: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  HPE_HEADER_OVERFLOW: ['HEADERS_TOO_LARGE', 'the headers are larger than 16 KiB'],
  ERR_HTTP_REQUEST_TIMEOUT: ['REQUEST_TIMEOUT', 'the request took too long to arrive'],
};

/** Requests that are no HTTP never reach a route: they get the same JSON, and the connection is closed. */
export function answerBrokenRequests(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const [code, message] = CODES[error.code ?? ''] ?? ['INVALID_REQUEST', 'the request is not valid HTTP'];
    const { status, type, body } = errorReply(new ServiceError(code, message));
    socket.end(
      `HTTP/1.1 ${status} ${code}\r\nConnection: close\r\nContent-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    // That closes this side alone. A client that keeps its own open would keep what it has sent in memory.
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
  });
}
