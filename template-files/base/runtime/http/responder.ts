import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Reply } from './reply.ts';

/** The way back to a client. */
export interface Responder {
  /**
   * @param last the connection is closed behind it
   * @returns false where the request has been answered already, by code of src/app.ts: nothing is sent
   */
  readonly respond: (reply: Reply, headers: readonly string[], last: boolean) => boolean;
}

/** What every answer says of itself, whichever way it goes. Names and values in turn. */
export function headersOf({ type, headers }: Reply, bytes: number, more: readonly string[]): string[] {
  const all = ['Content-Type', type, 'Content-Length', `${bytes}`, ...more];
  if (headers) all.push(...headers);
  return all;
}

export function bytesOf({ body }: Reply): number {
  return typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength;
}

/** Back through Node.js' own response. */
export function throughNode(req: IncomingMessage, res: ServerResponse): Responder {
  return {
    respond(reply, more, last) {
      if (res.headersSent) return false;
      const { body } = reply;
      const length = bytesOf(reply);
      const headers = headersOf(reply, length, more);
      if (last) headers.push('Connection', 'close');
      if (reply.headers) keepVary(headers, res.getHeader('Vary'));
      res.writeHead(reply.status, headers);
      // One plain write: end(body) would put an empty piece behind the body, and two pieces are a vectored one, which costs a small
      // request a few percent more.
      const { socket } = res;
      socket?.cork();
      // Text of as many bytes as letters is ASCII, and need not be encoded letter by letter.
      if (typeof body === 'string' && length === body.length) res.write(body, 'latin1');
      else res.write(body);
      socket?.uncork();
      res.end();
      // A body that nobody read is thrown away, so that the connection stays good for the next request.
      if (!req.complete) req.resume();
      return true;
    },
  };
}

/** Middleware may have said on what else an answer depends (cors: on Origin); a header of writeHead would take its place. */
function keepVary(headers: string[], earlier: number | string | readonly string[] | undefined): void {
  if (earlier === undefined) return;
  for (let i = 0; i < headers.length; i += 2) {
    if (headers[i] === 'Vary') headers[i + 1] = `${String(earlier)}, ${headers[i + 1]}`;
  }
}
