import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';

/** A request whose body is complete in memory: a server of a feature's own has read it before Node.js did. */
export class BufferedRequest {
  readonly socket: Socket;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;

  constructor(socket: Socket, { url, headers }: Pick<BufferedRequest, 'url' | 'headers'>, body: Buffer) {
    this.socket = socket;
    this.url = url;
    this.headers = headers;
    this.body = body;
  }
}
