import { STATUS_CODES } from 'node:http';
import { HttpError } from '../api.ts';
import { type ErrorCode, ServiceError } from '../errors.ts';
import { errorReply, json, type Reply } from './reply.ts';
import { STATUS } from './status.ts';

/** Statuses whose code is not made of their name. */
const CODES: Readonly<Record<number, ErrorCode>> = {
  400: 'INVALID_REQUEST',
  413: 'PAYLOAD_TOO_LARGE',
  429: 'RATE_LIMITED',
};

/**
 * The answer to what code of src/app.ts has thrown. An HttpError and the service's own errors are answered as they say; so are errors of
 * 400 to 499 of common middleware (`http-errors`: express.json() and others), whose message is meant for clients. Anything else is a
 * defect: 500 INTERNAL, which says nothing of its reason.
 */
export function appErrorReply(error: unknown, id: string): Reply {
  if (error instanceof HttpError || error instanceof ServiceError) return errorReply(error);
  const { status, expose, message } = (error ?? {}) as { status?: unknown; expose?: unknown; message?: unknown };
  if (typeof status === 'number' && status >= 400 && status < 500 && expose === true) {
    return json({ error: String(message), code: codeOf(status) }, status);
  }
  const text = `the service failed on this request; the log has the reason under the id ${id}`;
  return json({ error: text, code: 'INTERNAL' }, STATUS.INTERNAL);
}

/** Whether an error is a defect, for the log. */
export function isDefect({ status }: Reply): boolean {
  return status === STATUS.INTERNAL;
}

function codeOf(status: number): string {
  return CODES[status] ?? (STATUS_CODES[status] ?? 'REQUEST_FAILED').toUpperCase().replace(/[^A-Z]+/g, '_');
}
