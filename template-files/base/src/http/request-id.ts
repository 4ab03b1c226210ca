import { randomBytes } from 'node:crypto';

/** Letters that need no escaping in a header, in JSON or in a log line. */
const ACCEPTED = /^[A-Za-z0-9._~:+/=@-]{1,128}$/;

/** Of this process alone, whatever else serves the same model. */
const PREFIX = `${randomBytes(9).toString('base64url')}-`;
let count = 0;

/**
 * The client's own id where it is harmless, else a new one. New ones need not be hard to guess: a number behind what is this
 * process's own tells them apart, and shows their order besides.
 */
export function requestId(header: string | string[] | undefined): string {
  if (typeof header === 'string' && ACCEPTED.test(header)) return header;
  count += 1;
  return PREFIX + count;
}
