import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import type { Head } from './head.ts';

/** A request that is there with all of its body. */
export class WholeRequest {
  readonly socket: Socket;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;

  constructor(socket: Socket, { url, headers }: Head, body: Buffer) {
    this.socket = socket;
    this.url = url;
    this.headers = headers;
    this.body = body;
  }
}
