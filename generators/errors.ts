/**
 * The catalogue of errors a person can meet: each has a stable code, an exit code and a hint that says what to do.
 * The message (what and where) is written where the error is raised; everything else stands here, as data.
 */

/** Exit codes are a contract: 0 done; 1 nothing was changed; 2 `--check` found something; 3 conflicts are left; 4 written, but a later step failed. */
export type ExitCode = 0 | 1 | 2 | 3 | 4;

interface ErrorKind {
  readonly exit: ExitCode;
  /** What to do, unless the place that raises the error knows better. */
  readonly hint: string;
}

const kinds = {
  USAGE: { exit: 1, hint: 'See create-ml-serving --help.' },
  MODEL_NOT_FOUND: { exit: 1, hint: 'Check the path of the model file.' },
  MODEL_UNREADABLE: { exit: 1, hint: 'Give a plain file that this user may read.' },
  MODEL_NOT_ONNX: { exit: 1, hint: 'Export the model to ONNX again and give the .onnx file itself.' },
  MODEL_TRUNCATED: { exit: 1, hint: 'Copy or download the file again and compare its size with the original.' },
  MODEL_UNSUPPORTED: { exit: 1, hint: 'Export the model again with operators, opsets and types that the runtime has.' },
  MODEL_EXTERNAL_DATA: {
    exit: 1,
    hint: 'Keep the data files beside the .onnx file, as plain files, or export the model with its weights inside.',
  },
  INTERNAL: {
    exit: 1,
    hint: 'This is a defect of create-ml-serving. Run again with DEBUG=1 and report what it prints.',
  },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof kinds;

/** An error a person can act on. Anything else that is thrown is a defect. */
export class ServingError extends Error {
  readonly code: ErrorCode;
  readonly exit: ExitCode;
  readonly hint: string;

  constructor(code: ErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'ServingError';
    this.code = code;
    this.exit = kinds[code].exit;
    this.hint = options.hint ?? kinds[code].hint;
  }
}
