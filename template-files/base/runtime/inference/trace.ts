import type { ByteSpan, TextSpan } from '../observability/byte-writer.ts';
import type { Answer } from './job.ts';

/** What is told of one request to those who want to know; filled in on its way. Milliseconds. */
export interface Trace {
  preprocess: number;
  queue: number;
  run: number;
  postprocess: number;
  /** As the client sent them, or the tensors of the protocol. */
  inputs: unknown;
  /** The inputs as JSON, where that is at hand instead. */
  inputsJson: ByteSpan | undefined;
  /** JSON, a part of the answer. */
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
