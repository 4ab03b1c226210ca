import { STATUS_CODES, validateHeaderValue } from 'node:http';
import type { Reply } from '../../http/reply.ts';
import { bytesOf, headersOf } from '../../http/responder.ts';

/** An answer as its bytes are on the wire: as text where all of it is of one byte a letter. */
export interface Answer {
  readonly head: string;
  readonly body: string | Uint8Array;
}

/** The same lines, in the same order, as Node.js writes them. @param keepAlive the lines of connections that stay */
export function answerOf(reply: Reply, more: readonly string[], last: boolean, keepAlive: string): Answer {
  const { status, body } = reply;
  const bytes = bytesOf(reply);
  const headers = headersOf(reply, bytes, more);
  let head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'unknown'}\r\n`;
  for (let i = 0; i < headers.length; i += 2) head += `${headers[i]}: ${headers[i + 1]}\r\n`;
  // The others are the service's own, or have been looked at.
  if (reply.headers) checkValues(reply.headers);
  head += `Date: ${httpDate()}\r\n${last ? 'Connection: close\r\n' : keepAlive}\r\n`;
  if (typeof body !== 'string') return { head, body };
  return bytes === body.length ? { head: head + body, body: '' } : { head, body: Buffer.from(body) };
}

function checkValues(headers: readonly string[]): void {
  for (let i = 0; i < headers.length; i += 2) validateHeaderValue(headers[i] ?? '', headers[i + 1] ?? '');
}

let date = '';

/** It has seconds alone: one is made for all answers of a second. */
function httpDate(): string {
  if (date === '') {
    const now = new Date();
    date = now.toUTCString();
    setTimeout(() => {
      date = '';
    }, 1000 - now.getMilliseconds()).unref();
  }
  return date;
}
