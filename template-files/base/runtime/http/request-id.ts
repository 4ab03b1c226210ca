import { randomBytes } from 'node:crypto';

/** Letters that need no escaping in a header, in JSON or in a log line. */
const ACCEPTED = /^[A-Za-z0-9._~:+/=@-]{1,128}$/;

/** Of this process alone, whatever else serves the same model. */
const PREFIX = `${randomBytes(9).toString('base64url')}-`;

/**
 * The last digits of a number, as texts that are there already. V8 remembers the text of every number that it writes, in a table
 * that is old: a new number for each request would make garbage that only a full collection ends.
 */
const LAST_DIGITS = Array.from({ length: 1000 }, (_, i) => String(i).padStart(3, '0'));
let last = 0;
let thousands = 0;
let start = `${PREFIX}${thousands}`;

/**
 * The client's own id where it is harmless, else a new one. New ones need not be hard to guess: a number behind what is this
 * process's own tells them apart, and shows their order besides.
 */
export function requestId(header: string | string[] | undefined): string {
  if (typeof header === 'string' && ACCEPTED.test(header)) return header;
  last += 1;
  if (last === LAST_DIGITS.length) {
    last = 0;
    thousands += 1;
    start = `${PREFIX}${thousands}`;
  }
  return start + LAST_DIGITS[last];
}
