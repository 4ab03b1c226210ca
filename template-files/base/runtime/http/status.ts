import type { ErrorCode } from '../errors.ts';

/** The HTTP status of each error code. */
export const STATUS: Readonly<Record<ErrorCode, number>> = {
  INVALID_JSON: 400,
  INVALID_REQUEST: 400,
  INVALID_INPUT: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  MODEL_NOT_FOUND: 404,
  PREDICTION_NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  REQUEST_TIMEOUT: 408,
  FEEDBACK_GIVEN: 409,
  PAYLOAD_TOO_LARGE: 413,
  DECODED_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  OUTPUT_NOT_FINITE: 422,
  INPUT_REFUSED: 422,
  RATE_LIMITED: 429,
  HEADERS_TOO_LARGE: 431,
  // nginx's number for a client that left; nobody receives it, logs and metrics count it.
  CLIENT_GONE: 499,
  CONFIG_INVALID: 500,
  REFERENCE_INVALID: 500,
  DATA_INVALID: 500,
  RECORD_INVALID: 500,
  RECORD_DIFFERS: 500,
  MODEL_INVALID: 500,
  MODEL_MISMATCH: 500,
  INFERENCE_FAILED: 500,
  HOOK_FAILED: 500,
  INTERNAL: 500,
  QUEUE_FULL: 503,
  UPLOADS_FULL: 503,
  NOT_READY: 503,
  TIMEOUT: 504,
};

/** Seconds after which a client may try again, for the answers that only say "not now". */
export const RETRY_AFTER: Readonly<Partial<Record<ErrorCode, number>>> = {
  QUEUE_FULL: 1,
  UPLOADS_FULL: 1,
  NOT_READY: 1,
  RATE_LIMITED: 1,
};

/** Why a request was turned away, for `ml_serving_rejected_total`. */
export const REJECTED: Readonly<Partial<Record<ErrorCode, string>>> = {
  QUEUE_FULL: 'queue_full',
  UPLOADS_FULL: 'uploads_full',
  TIMEOUT: 'timeout',
  NOT_READY: 'not_ready',
  CLIENT_GONE: 'client_gone',
  PAYLOAD_TOO_LARGE: 'too_large',
  DECODED_TOO_LARGE: 'too_large',
};
