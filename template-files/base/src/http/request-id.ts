import { randomUUID } from 'node:crypto';

/** Letters that need no escaping in a header, in JSON or in a log line. */
const ACCEPTED = /^[A-Za-z0-9._~:+/=@-]{1,128}$/;

/** The client's own id where it is harmless, else a new one. */
export function requestId(header: string | string[] | undefined): string {
  return typeof header === 'string' && ACCEPTED.test(header) ? header : randomUUID();
}
