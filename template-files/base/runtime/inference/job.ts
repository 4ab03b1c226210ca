import { type Callbacks, notify } from '../callbacks.ts';
import { ServiceError } from '../errors.ts';
import { reasonForClients } from './refusal.ts';
import type { Block, Tensor } from './tensor.ts';

/** Rows of a run that are one caller's: the whole run's outputs, and which rows of them. */
export interface Answer {
  readonly outputs: readonly Tensor[];
  readonly firstRow: number;
  readonly rows: number;
  /** How long it waited for its run, and how long the run took. */
  readonly queuedMs: number;
  readonly runMs: number;
}

/** A client's connection: once that is gone, nobody waits any more. */
export interface Connection {
  readonly destroyed: boolean;
}

/** Who is notified of the answers to its blocks, in their order, or why there are none. */
export interface Caller extends Callbacks<readonly Answer[]> {
  readonly client?: Connection | undefined;
  /** Moment (performance.now) after which it gets TIMEOUT. */
  readonly deadline: number;
}

/** What a caller asks in one go: blocks that each wait and run for themselves, and one end for all of them. */
export interface Request {
  readonly caller: Caller;
  readonly arrived: number;
  readonly answers: Answer[];
  /** Blocks that have no answer yet. */
  missing: number;
  /** The caller has been notified, whatever becomes of the runs. */
  settled: boolean;
  /** Its jobs that wait in the queue, and their rows. */
  waitingJobs: number;
  waitingRows: number;
}

/** A block that waits or runs. */
export interface Job {
  readonly request: Request;
  /** Its place among the blocks of its request. */
  readonly place: number;
  /** The last of its request: as long as it waits, the request does. */
  readonly isLast: boolean;
  readonly block: Block;
  /** Places of the outputs that are asked for in serving.yaml. */
  readonly fetch: readonly number[];
  /** Jobs of equal keys may share a run. */
  readonly key: string;
  /** After a failure it shares no run any more, so that it can only hurt itself. */
  alone: boolean;
  /** How long it waited for its last run. */
  queuedMs: number;
  /** Workers that died with it. */
  losses: number;
}

/** The jobs of a request, one for each of its blocks. */
export function createJobs(
  blocks: readonly Block[],
  fetch: readonly number[],
  caller: Caller,
  arrived: number,
): readonly Job[] {
  const request: Request = {
    caller,
    arrived,
    answers: new Array(blocks.length),
    missing: blocks.length,
    settled: false,
    waitingJobs: 0,
    waitingRows: 0,
  };
  const outputs = fetch.length === 1 ? String(fetch[0]) : fetch.join(',');
  return blocks.map((block, place) => ({
    request,
    place,
    isLast: place === blocks.length - 1,
    block,
    fetch,
    key: block.key === '' ? outputs : `${block.key}|${outputs}`,
    alone: false,
    queuedMs: 0,
    losses: 0,
  }));
}

export function complete({ request, place }: Job, answer: Answer): void {
  if (request.settled) return;
  request.answers[place] = answer;
  request.missing -= 1;
  if (request.missing > 0) return;
  request.settled = true;
  notify(request.caller, request.answers);
}

type FailureCode = 'INFERENCE_FAILED' | 'INPUT_REFUSED' | 'CLIENT_GONE' | 'TIMEOUT';

/** `reason` is for the log: a client is not told of the insides of the model. */
export function fail(request: Request, code: FailureCode, reason?: string): void {
  if (request.settled) return;
  request.settled = true;
  request.caller.failed(new ServiceError(code, MESSAGES[code](request, reason), { cause: reason }));
}

const MESSAGES = {
  INFERENCE_FAILED: () => 'the model failed on this request; the log has the reason under its id',
  INPUT_REFUSED: (_, reason = '') =>
    `the model refuses these values${colon(reasonForClients(reason)) ?? '; the log has the reason under the id of the request'}`,
  CLIENT_GONE: () => 'the client closed the connection before it was answered',
  TIMEOUT: ({ arrived }) => `no answer within ${Math.round(performance.now() - arrived)} ms`,
} as const satisfies Record<FailureCode, (request: Request, reason?: string) => string>;

function colon(reason: string | undefined): string | undefined {
  return reason === undefined ? undefined : `: ${reason}`;
}
