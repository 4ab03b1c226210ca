import { createByRoute } from '../by-route.ts';
import { draw } from '../draw.ts';
import { createLineBuffer, type LineBufferEvents, type LinePart, type Sink } from './line-buffer.ts';
import type { Redact } from './redact.ts';

/** A prediction as it is logged. */
export interface LoggedPrediction {
  readonly id: string;
  readonly route: string;
  readonly status: number;
  /** From the arrival of the request to its answer. */
  readonly totalMs: number;
  readonly variant: LoggedVariant;
  readonly trace: LoggedTrace;
}

/** Milliseconds in each stage, what was asked and what was answered. */
export interface LoggedTrace {
  readonly preprocess: number;
  readonly queue: number;
  readonly run: number;
  readonly postprocess: number;
  readonly inputs: unknown;
  /** The inputs as JSON on one line, where that is at hand instead. */
  readonly inputsJson: Buffer | undefined;
  /** JSON. */
  readonly outputs: string | undefined;
}

export interface LoggedVariant {
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
}

export interface PredictionLog {
  /** Whether a request is to be logged: only then need anything be noted on its way. */
  readonly wants: (id: string) => boolean;
  readonly write: (prediction: LoggedPrediction) => void;
  /** Writes what waits, for so long at most. */
  readonly close: (patienceMs: number) => Promise<void>;
}

export interface PredictionLogOptions {
  readonly rate: number;
  readonly bufferBytes: number;
  readonly model: string;
  readonly templateVersion: string;
  readonly sink: Sink;
  readonly redact: Redact | undefined;
  readonly events: LineBufferEvents;
}

/** A line is for reading, later and by many: a picture in it helps nobody. */
const MAX_INPUTS = 64 * 1024;

export const NO_PREDICTION_LOG: PredictionLog = { wants: () => false, write: () => {}, close: async () => {} };

const END = Buffer.from('}\n');
const INPUTS = Buffer.from(',"inputs":');
const OUTPUTS = Buffer.from(',"outputs":');

/** JSON lines. Put together by hand, from bytes where they are the same for many requests: this is on the way of each one. */
export function createPredictionLog(options: PredictionLogOptions): PredictionLog {
  const { sink, redact, events, model, templateVersion } = options;
  const buffer = createLineBuffer(sink, options.bufferBytes, events);
  const middles = new Map<LoggedVariant, (route: string, status: number) => Buffer>();

  /** Between the id and the milliseconds. */
  function middleOf(variant: LoggedVariant): (route: string, status: number) => Buffer {
    const known = middles.get(variant);
    if (known) return known;
    const { name, version, sha256 } = variant;
    const texts = { model, version, sha256, variant: name, template: templateVersion, msg: 'prediction' };
    const constant = JSON.stringify(texts).slice(1, -1);
    const make = createByRoute((route, status) =>
      Buffer.from(`,"route":"${route}","status":${status},${constant},"ms":`),
    );
    middles.set(variant, make);
    return make;
  }

  function inputsOf({ inputs, inputsJson }: LoggedTrace, status: number): LinePart | undefined {
    if (inputs === undefined && inputsJson === undefined) return undefined;
    // In what was refused a secret may be under a misspelt name.
    if (redact && status >= 400) return undefined;
    const json = redact
      ? textOf(redacted(inputsJson === undefined ? inputs : JSON.parse(inputsJson.toString('utf8')), redact))
      : (inputsJson ?? textOf(inputs));
    return json.length > MAX_INPUTS ? `{"omitted":${json.length}}` : json;
  }

  return {
    // By the id: every service that sees a request takes the same ones.
    wants: options.rate >= 1 ? () => true : (id) => draw(id) < options.rate,
    write({ id, route, status, totalMs, variant, trace }) {
      const { queue, preprocess, run, postprocess, outputs } = trace;
      const ms = `{"queue":${fixed(queue)},"preprocess":${fixed(preprocess)},"run":${fixed(run)},"postprocess":${fixed(postprocess)},"total":${fixed(totalMs)}}`;
      const parts: LinePart[] = [head(), JSON.stringify(id), middleOf(variant)(route, status), ms];
      const inputs = inputsOf(trace, status);
      if (inputs !== undefined) parts.push(INPUTS, inputs);
      if (outputs !== undefined) parts.push(OUTPUTS, outputs);
      parts.push(END);
      buffer.push(parts);
    },
    close: buffer.close,
  };
}

function redacted(inputs: unknown, redact: Redact): unknown {
  return Array.isArray(inputs) ? inputs.map(redact) : inputs;
}

function textOf(inputs: unknown): string {
  return JSON.stringify(inputs) ?? 'null';
}

/** Three decimals, from whole numbers: the text of a double takes ten times as long as that of an integer. */
function fixed(ms: number): string {
  const us = Math.round(ms * 1000);
  const whole = Math.floor(us / 1000);
  const rest = us - whole * 1000;
  return `${whole}.${rest < 10 ? '00' : rest < 100 ? '0' : ''}${rest}`;
}

let lastMs = 0;
let lastHead = Buffer.alloc(0);

/** Up to the id. Many lines share a millisecond. */
function head(): Buffer {
  const ms = Date.now();
  if (ms !== lastMs) {
    lastMs = ms;
    lastHead = Buffer.from(`{"level":30,"time":"${new Date(ms).toISOString()}","id":`);
  }
  return lastHead;
}
