import { HttpError } from '../api.ts';
import { ServiceError } from '../errors.ts';
import { RETRY_AFTER, STATUS } from './status.ts';

/** What a handler answers. Handlers never touch the response: one place writes it, counts it and logs it. */
export interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: string | Uint8Array;
  /** Further headers, name and value in turn. */
  readonly headers?: readonly string[];
  /** May be compressed for clients that take it: answers whose size grows with the request. */
  readonly compressible?: boolean;
}

const JSON_TYPE = 'application/json; charset=utf-8';

export function json(value: unknown, status = 200, headers?: readonly string[]): Reply {
  return jsonText(JSON.stringify(value), status, headers);
}

/** JSON that has been written already. */
export function jsonText(body: string, status = 200, headers?: readonly string[]): Reply {
  return headers ? { status, type: JSON_TYPE, body, headers } : { status, type: JSON_TYPE, body };
}

/** Predictions, which may be many. */
export function predictionsReply(body: string): Reply {
  return { status: 200, type: JSON_TYPE, body, compressible: true };
}

/** Every error is JSON with a text for people and a code for programs. What was not foreseen says nothing of its insides. */
export function errorReply(error: unknown, headers: readonly string[] = []): Reply {
  if (error instanceof HttpError) {
    const { status, code, message } = error;
    return json({ error: message, code }, status, [...headers, ...Object.entries(error.headers).flat()]);
  }
  const { code, message } =
    error instanceof ServiceError
      ? error
      : { code: 'INTERNAL' as const, message: 'the service failed on this request' };
  const retry = RETRY_AFTER[code];
  const all = retry === undefined ? headers : [...headers, 'Retry-After', `${retry}`];
  return json({ error: message, code }, STATUS[code], all);
}
