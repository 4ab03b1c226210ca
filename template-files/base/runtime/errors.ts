/**
 * The catalogue of errors: what can go wrong, as stable codes. Which HTTP status a code has stands in http/status.ts.
 * The message says what is wrong and where; it reaches the client, so it never holds secrets or paths of this machine.
 */

export type ErrorCode =
  | 'CONFIG_INVALID'
  | 'REFERENCE_INVALID'
  | 'DATA_INVALID'
  | 'RECORD_INVALID'
  | 'RECORD_DIFFERS'
  | 'MODEL_INVALID'
  | 'MODEL_MISMATCH'
  | 'INVALID_JSON'
  | 'INVALID_REQUEST'
  | 'INVALID_INPUT'
  | 'UNAUTHORIZED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'MODEL_NOT_FOUND'
  | 'PREDICTION_NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  | 'REQUEST_TIMEOUT'
  | 'FEEDBACK_GIVEN'
  | 'PAYLOAD_TOO_LARGE'
  | 'DECODED_TOO_LARGE'
  | 'HEADERS_TOO_LARGE'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'OUTPUT_NOT_FINITE'
  | 'INPUT_REFUSED'
  | 'RATE_LIMITED'
  | 'CLIENT_GONE'
  | 'INFERENCE_FAILED'
  | 'HOOK_FAILED'
  | 'INTERNAL'
  | 'QUEUE_FULL'
  | 'UPLOADS_FULL'
  | 'NOT_READY'
  | 'TIMEOUT';

/** An error that was foreseen. Anything else that is thrown is a defect and is answered as INTERNAL. */
export class ServiceError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'ServiceError';
    this.code = code;
  }
}

/** Input errors name the tensor or field, the place in it, what was expected and what was found. */
export function inputError(where: string, expected: string, found: unknown): ServiceError {
  return inputMismatch(where, expected, describe(found));
}

/** The same, where what was found is said in words of the service's own, which are no value of a client's to be quoted. */
export function inputMismatch(where: string, expected: string, found: string): ServiceError {
  return new ServiceError('INVALID_INPUT', `${where}: expected ${expected}, found ${found}`);
}

/** Says what a value is, in a few characters, whatever a client sent. */
export function describe(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  return String(value);
}

/** What V8 says of a letter: with the text around it, in quotes that are not escaped. The message is short, whatever the text. */
const WITH_CONTEXT = /^(Unexpected token '.{1,2}'), (?:\.{3})?"(.*)"(?:\.{3})? is not valid JSON$/s;

/** What JSON.parse says is wrong. Where it quotes the text, that text's own quotes are the only ones. */
export function jsonProblem(error: unknown): string {
  const { message } = error as Error;
  return message.replace(WITH_CONTEXT, '$1 near $2');
}
