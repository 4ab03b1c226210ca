import { HttpError } from '../../api.ts';
import { ServiceError } from '../../errors.ts';
import type { Predictor } from '../../inference/predictor.ts';
import type { Row } from './rows.ts';

/** What became of a row: the JSON text of its prediction, or why there is none. */
export interface Outcome {
  readonly row: Row;
  readonly prediction?: string;
  readonly error?: ServiceError;
}

export interface Pace {
  /** Rows that are predicted together. */
  readonly rows: number;
  /** Bytes of input above which a group is full before it has so many rows. */
  readonly bytes: number;
  /** Groups that wait or run at the same time: what bounds the memory. */
  readonly inFlight: number;
  /** How long a group may take. */
  readonly timeoutMs: number;
}

/** The outcomes of rows, in their order. */
export async function* predictRows(
  rows: AsyncIterable<Row>,
  predictor: Pick<Predictor, 'predict'>,
  pace: Pace,
): AsyncGenerator<Outcome> {
  const running: Promise<readonly Outcome[]>[] = [];
  for await (const group of groups(rows, pace)) {
    const outcomes = predictGroup(group, predictor, pace.timeoutMs);
    // Who waits for it may still be busy with an earlier one.
    outcomes.catch(() => {});
    running.push(outcomes);
    if (running.length >= pace.inFlight) yield* (await running.shift()) ?? [];
  }
  for (const outcomes of running) yield* await outcomes;
}

async function* groups(rows: AsyncIterable<Row>, pace: Pace): AsyncGenerator<readonly Row[]> {
  let group: Row[] = [];
  let bytes = 0;
  for await (const row of rows) {
    group.push(row);
    bytes += row.bytes;
    if (group.length < pace.rows && bytes < pace.bytes) continue;
    yield group;
    group = [];
    bytes = 0;
  }
  if (group.length > 0) yield group;
}

async function predictGroup(
  group: readonly Row[],
  predictor: Pick<Predictor, 'predict'>,
  timeoutMs: number,
): Promise<readonly Outcome[]> {
  const good = group.filter(({ error }) => error === undefined);
  const found = new Map((await predictGood(good, predictor, timeoutMs)).map((outcome) => [outcome.row, outcome]));
  return group.map((row) => found.get(row) ?? { row, error: row.error });
}

/** One bad row refuses all that are asked with it: halves are asked again until it is alone. */
async function predictGood(
  rows: readonly Row[],
  predictor: Pick<Predictor, 'predict'>,
  timeoutMs: number,
): Promise<readonly Outcome[]> {
  if (rows.length === 0) return [];
  try {
    const call = { deadline: performance.now() + timeoutMs };
    const predictions = await predictor.predict(
      rows.map(({ instance }) => instance),
      call,
    );
    return rows.map((row, i) => ({ row, prediction: predictions[i] }));
  } catch (error) {
    const [only] = rows;
    if (only && rows.length === 1) return [{ row: only, error: refusal(error) }];
    const half = Math.ceil(rows.length / 2);
    const halves = [rows.slice(0, half), rows.slice(half)].map((part) => predictGood(part, predictor, timeoutMs));
    return (await Promise.all(halves)).flat();
  }
}

/** The row stands beside the message: its place in a request of one says nothing. What a hook throws is the row's too. */
function refusal(error: unknown): ServiceError {
  if (error instanceof HttpError)
    return new ServiceError('INVALID_INPUT', `${error.message} (${error.code})`, { cause: error });
  if (!(error instanceof ServiceError))
    return new ServiceError('INTERNAL', `the service failed on it: ${(error as Error)?.message}`);
  const reason = reasonOf(error);
  return new ServiceError(error.code, reason.replace(/^instances\[0\]/, 'instance'), { cause: error });
}

/** Rows of a file are the operator's own: nothing of the reason is held back. */
function reasonOf({ code, message, cause }: ServiceError): string {
  if (code === 'INFERENCE_FAILED' || code === 'INPUT_REFUSED') return `the model failed on it: ${String(cause)}`;
  return code === 'HOOK_FAILED' && cause !== undefined ? `${message.split(';', 1)[0]}: ${String(cause)}` : message;
}
