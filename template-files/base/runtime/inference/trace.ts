import type { ByteSpan, TextSpan } from '../observability/byte-writer.ts';
import type { Answer } from './job.ts';

/** What is recorded of one request for observers; filled in while it is handled. Milliseconds. */
export interface Trace {
  preprocess: number;
  queue: number;
  run: number;
  postprocess: number;
  /** A list of instances: as the client sent them, or made of the protocol's tensors. */
  inputs: unknown;
  /** The inputs as JSON, where that is at hand instead. */
  inputsJson: ByteSpan | undefined;
  /** A JSON list with an entry for each row. */
  outputs: TextSpan | undefined;
}

export function createTrace(): Trace {
  return {
    preprocess: 0,
    queue: 0,
    run: 0,
    postprocess: 0,
    inputs: undefined,
    inputsJson: undefined,
    outputs: undefined,
  };
}

/** A request of several runs is told of as its slowest. */
export function noteAnswers(trace: Trace, answers: readonly Answer[]): void {
  for (const { queuedMs, runMs } of answers) {
    trace.queue = Math.max(trace.queue, queuedMs);
    trace.run = Math.max(trace.run, runMs);
  }
}
