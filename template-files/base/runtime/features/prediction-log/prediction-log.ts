import type { AnsweredRequest } from '../../http/exchange.ts';
import type { ShadowAnswer } from '../../inference/models.ts';
import { createByRoute } from '../../observability/by-route.ts';
import { type ByteSpan, type Piece, pieceOf, type TextSpan } from '../../observability/byte-writer.ts';
import { hashFraction } from '../../observability/hash-sampling.ts';
import { toJsonText } from '../../observability/json-text.ts';
import { createHeads } from './heads.ts';
import { createLineBuffer, type LineBufferEvents, type Sink } from './line-buffer.ts';
import { LOG_SCHEMA, methodOf, shadowLine } from './line-schema.ts';
import type { Redact } from './redact.ts';

/** A prediction as it is logged. */
export interface LoggedPrediction extends Omit<AnsweredRequest, 'model' | 'trace'> {
  readonly model: LoggedVariant;
  readonly trace: LoggedTrace;
}

/** What a shadow answered, as it is logged. */
export interface LoggedShadow extends Omit<ShadowAnswer, 'model'> {
  readonly model: LoggedVariant;
}

/** Milliseconds in each stage, the request's instances and its answer. */
export interface LoggedTrace {
  readonly preprocess: number;
  readonly queue: number;
  readonly run: number;
  readonly postprocess: number;
  readonly inputs: unknown;
  /** The inputs as JSON, where that is at hand instead. */
  readonly inputsJson: ByteSpan | undefined;
  /** JSON. */
  readonly outputs: TextSpan | undefined;
}

export interface LoggedVariant {
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
}

export interface PredictionLog {
  /** Whether a request is to be logged: only then is anything recorded while it is handled. */
  readonly wants: (id: string) => boolean;
  /** Whether its lines are among those of the access log: a request is one line there, and these hold all that the other would. */
  readonly inAccessLog: boolean;
  readonly write: (prediction: LoggedPrediction) => void;
  /** Writes what a shadow answered to a request that is logged: a line of its own, under the same id. */
  readonly writeShadow: (shadow: LoggedShadow) => void;
  /** Writes what waits, for so long at most. */
  readonly close: (patienceMs: number) => Promise<boolean>;
  /** Hands over at once what waits, at the end of a process that was not shut down. */
  readonly spill: () => void;
}

export interface PredictionLogOptions {
  readonly rate: number;
  readonly bufferBytes: number;
  readonly model: string;
  readonly templateVersion: string;
  readonly sink: Sink;
  readonly inAccessLog: boolean;
  readonly redact: Redact | undefined;
  /** What stands for a client's key; undefined where keys are not logged. */
  readonly hashKey?: ((key: string) => string) | undefined;
  readonly events: LineBufferEvents;
}

/** The inputs of a line, or why they are not in it. */
interface LoggedInputs {
  readonly inputs?: string | ByteSpan;
  readonly omitted?: string;
}

/** Longer inputs, such as pictures, are left out: lines are for analysis. */
const MAX_INPUTS = 64 * 1024;
/** So many predictions are written at the latest, or so long after the first of them. */
const MAX_WAITING = 256;
const WAIT_MS = 20;
/** One that keeps more bytes than this in memory waits for the end of its turn alone: as many of those would be hundreds of megabytes. */
const SMALL = 4096;
const QUEUE = pieceOf(',"stages":{"queue":');
const [PREPROCESS, RUN, POSTPROCESS] = ['preprocess', 'run', 'postprocess'].map((stage) => pieceOf(`,"${stage}":`)) as [
  Piece,
  Piece,
  Piece,
];
const CLOSE = pieceOf('}');
const KEY_HASH = pieceOf(',"keyHash":"');
const OMITTED = pieceOf(',"omitted":"');
const REQUEST_ID = pieceOf(',"requestId":"');
const QUOTE = pieceOf('"');
const INPUTS = pieceOf(',"inputs":');
const OUTPUTS = pieceOf(',"outputs":');
const END = pieceOf('}\n');
/** What is the same for all lines, the numbers, and the rest of a piece's last word. */
const FRAME = 340;
/** Letters of a text whose bytes are not worth counting. */
const SHORT = 4096;

/**
 * JSON lines. Assembled by hand, from bytes where they are the same for many requests, because every request has one. Many are
 * written one after the other: between the other steps of each request, with other code and data in the processor's caches, a line
 * costs a quarter more. They do not ask for the end of each turn of the event loop, either: for that it would have to go round
 * again and again with few requests in each turn.
 */
export function createPredictionLog(options: PredictionLogOptions): PredictionLog {
  const { sink, redact, events, model, templateVersion } = options;
  const buffer = createLineBuffer(sink, options.bufferBytes, events);
  const heads = createHeads();
  let waiting: LoggedPrediction[] = [];
  /** Whether a timer writes what waits. */
  let timed = false;
  let atTurnsEnd = false;
  const middles = new Map<LoggedVariant, (route: string, status: number) => Buffer>();

  /** Between the id and the milliseconds. */
  function middleOf(variant: LoggedVariant): (route: string, status: number) => Buffer {
    const known = middles.get(variant);
    if (known) return known;
    const { name, version, sha256 } = variant;
    const texts = { model, version, sha256, variant: name, template: templateVersion, msg: 'prediction' };
    const constant = JSON.stringify(texts).slice(1, -1);
    const make = createByRoute((route, status) => {
      const kind = `"schema":${LOG_SCHEMA},"method":"${methodOf(route)}"`;
      return Buffer.from(`","route":"${route}","status":${status},${kind},${constant},"ms":`);
    });
    middles.set(variant, make);
    return make;
  }

  function inputsOf({ inputs, inputsJson }: LoggedTrace, status: number): LoggedInputs {
    if (inputs === undefined && inputsJson === undefined) return {};
    // In what was refused a secret may be under a misspelt name.
    if (redact && status >= 400) return { omitted: 'inputs of a refused request' };
    const json = redact
      ? textOf(() => redacted(inputsJson === undefined ? inputs : JSON.parse(textIn(inputsJson)), redact))
      : (inputsJson ?? textOf(() => inputs));
    if (json === undefined) return { omitted: 'inputs nested too deeply' };
    const letters = lettersOf(json);
    return letters > MAX_INPUTS ? { omitted: `inputs of ${letters} characters` } : { inputs: json };
  }

  function writeWaiting(): void {
    if (waiting.length === 0) return;
    const ready = waiting;
    waiting = [];
    heads.look();
    for (const prediction of ready) write(prediction);
  }

  function writeSoon({ trace }: LoggedPrediction): void {
    if (waiting.length >= MAX_WAITING) writeWaiting();
    else if (kept(trace) > SMALL) {
      if (atTurnsEnd) return;
      atTurnsEnd = true;
      setImmediate(() => {
        atTurnsEnd = false;
        writeWaiting();
      });
    } else if (!timed) {
      timed = true;
      setTimeout(() => {
        timed = false;
        writeWaiting();
      }, WAIT_MS).unref();
    }
  }

  function write(prediction: LoggedPrediction): void {
    const { id, answerId, route, status, endedAt, totalMs, model, key, trace } = prediction;
    const { queue, preprocess, run, postprocess } = trace;
    const outputs = trace.outputs && cut(trace.outputs);
    // The service's own ids are of letters that JSON writes as they are (http/request-id.ts).
    const name = answerId === undefined ? id : JSON.stringify(answerId).slice(1, -1);
    const middle = middleOf(model)(route, status);
    const { inputs, omitted } = inputsOf(trace, status);
    const keyHash = key === undefined ? undefined : options.hashKey?.(key);
    const texts = roomOf(name) + roomOf(keyHash) + roomOf(omitted) + roomOf(inputs) + roomOf(outputs);
    const line = buffer.begin(FRAME + id.length + middle.length + texts);
    if (line === undefined) return;
    line.bytes(heads.of(endedAt));
    if (answerId === undefined) line.latin1(name);
    else line.utf8(name);
    line.bytes(middle);
    line.milliseconds(totalMs);
    line.piece(QUEUE);
    line.milliseconds(queue);
    line.piece(PREPROCESS);
    line.milliseconds(preprocess);
    line.piece(RUN);
    line.milliseconds(run);
    line.piece(POSTPROCESS);
    line.milliseconds(postprocess);
    line.piece(CLOSE);
    if (answerId !== undefined) {
      line.piece(REQUEST_ID);
      line.latin1(id);
      line.piece(QUOTE);
    }
    if (keyHash !== undefined) {
      line.piece(KEY_HASH);
      line.latin1(keyHash);
      line.piece(QUOTE);
    }
    if (omitted !== undefined) {
      line.piece(OMITTED);
      line.latin1(omitted);
      line.piece(QUOTE);
    }
    if (inputs !== undefined) {
      line.piece(INPUTS);
      if (typeof inputs === 'string') line.utf8(inputs);
      else line.json(inputs);
    }
    if (outputs !== undefined) {
      line.piece(OUTPUTS);
      line.utf8(outputs);
    }
    line.piece(END);
    buffer.end();
  }

  /** Shadows are few, and written at once: their lines may come before those of their requests. */
  function writeShadow(shadow: LoggedShadow): void {
    heads.look();
    const text = shadowLine(shadow, { model, templateVersion });
    const head = heads.of(shadow.endedAt);
    const line = buffer.begin(head.length + roomOf(text));
    if (line === undefined) return;
    line.bytes(head);
    line.utf8(text);
    buffer.end();
  }

  return {
    // By the id: every service that sees a request takes the same ones.
    inAccessLog: options.inAccessLog,
    wants: options.rate >= 1 ? () => true : (id) => hashFraction(id) < options.rate,
    write(prediction) {
      waiting.push(prediction);
      writeSoon(prediction);
    },
    writeShadow,
    close(patienceMs) {
      writeWaiting();
      return buffer.close(patienceMs);
    },
    spill() {
      writeWaiting();
      buffer.spill();
    },
  };
}

/** Bytes that are kept for it, about. The size of inputs that have been read already is unknown. */
function kept({ inputs, inputsJson, outputs }: LoggedTrace): number {
  if (inputs !== undefined) return Number.POSITIVE_INFINITY;
  return (inputsJson?.bytes.length ?? 0) + (outputs?.text.length ?? 0);
}

function cut({ text, start, end }: TextSpan): string {
  return text.slice(start, end);
}

/** Bytes that are enough. Of a long text they are counted: three times its length would be most of a block. */
function roomOf(text: string | ByteSpan | undefined): number {
  if (text === undefined) return 0;
  if (typeof text !== 'string') return text.end - text.start;
  return text.length <= SHORT ? 3 * text.length : Buffer.byteLength(text);
}

function lettersOf(json: string | ByteSpan): number {
  return typeof json === 'string' ? json.length : json.end - json.start;
}

function textIn({ bytes, start, end }: ByteSpan): string {
  return bytes.toString('utf8', start, end);
}

function redacted(inputs: unknown, redact: Redact): unknown {
  return Array.isArray(inputs) ? inputs.map(redact) : redact(inputs);
}

/** Undefined for lists nested so deep that our stack is too short for them: what a client sends must not end the service. */
function textOf(inputs: () => unknown): string | undefined {
  try {
    return toJsonText(inputs()) ?? 'null';
  } catch {
    return undefined;
  }
}
