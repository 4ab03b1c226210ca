import { type RequestListener, Server, type ServerOptions } from 'node:http';
import type { Socket } from 'node:net';
import { Message } from '../../http/message.ts';
import { type Connection, type ConnectionOptions, openConnection } from './connection.ts';

/** A request listener that knows the server's own class of requests. */
export type Listener = RequestListener<typeof Message>;

/**
 * Node.js' server, before which requests are read that arrive completely and in the plainest form. What Node.js makes of a request and its answer
 * (a parser's calls, two streams, their events) is half of what a small one costs.
 */
export class FastPathServer extends Server<typeof Message> {
  /** Connections that Node.js does not have yet. */
  private readonly held = new Map<Socket, Connection>();

  constructor(
    options: ServerOptions,
    listener: Listener,
    handing: Pick<ConnectionOptions, 'match' | 'run' | 'budget'>,
  ) {
    super({ ...options, IncomingMessage: Message }, listener);
    const nodes = this.listeners('connection') as ((socket: Socket) => void)[];
    const { keepAliveTimeout = 0, connectionsCheckingInterval = 0 } = options;
    const all: ConnectionOptions = {
      ...handing,
      toNode: (socket) => {
        for (const listen of nodes) listen.call(this, socket);
      },
      keepAlive: `Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(keepAliveTimeout / 1000)}\r\n`,
    };
    this.removeAllListeners('connection');
    this.on('connection', (socket: Socket) => {
      const connection = openConnection(socket, all, () => this.held.delete(socket));
      this.held.set(socket, connection);
    });
    const idleSweeps = Math.ceil(keepAliveTimeout / connectionsCheckingInterval);
    const sweep = (): void => {
      for (const connection of this.held.values()) connection.sweep(idleSweeps);
    };
    this.on('listening', () => {
      const timer = setInterval(sweep, connectionsCheckingInterval).unref();
      this.once('close', () => clearInterval(timer));
    });
  }

  /** How many connections Node.js does not have. */
  get direct(): number {
    return this.held.size;
  }

  /** Whether a connection that Node.js does not have waits for an answer or receives one. */
  isServing(socket: Socket): boolean {
    return this.held.get(socket)?.isServing() ?? false;
  }

  override closeIdleConnections(): void {
    super.closeIdleConnections();
    for (const connection of this.held.values()) if (connection.isIdle()) connection.destroy();
  }

  override closeAllConnections(): void {
    super.closeAllConnections();
    for (const connection of this.held.values()) connection.destroy();
  }
}
