import { draw } from '../draw.ts';
import { createLineBuffer, type LineBufferEvents, type Sink } from './line-buffer.ts';
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
  readonly inputsText: string | undefined;
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

/** JSON lines. Put together by hand where they are the same for every request: this is on the way of each one. */
export function createPredictionLog(options: PredictionLogOptions): PredictionLog {
  const { sink, redact, events, model, templateVersion } = options;
  const buffer = createLineBuffer(sink, options.bufferBytes, events);
  const heads = new Map<LoggedVariant, string>();
  const tail = `,"template":${JSON.stringify(templateVersion)},"msg":"prediction"`;

  function head(variant: LoggedVariant): string {
    const { name, version, sha256 } = variant;
    const text = `"model":${JSON.stringify(model)},"version":${JSON.stringify(version)},"sha256":"${sha256}","variant":"${name}"${tail}`;
    heads.set(variant, text);
    return text;
  }

  function inputsOf({ inputs, inputsText }: LoggedTrace, status: number): string {
    if (inputs === undefined && inputsText === undefined) return '';
    // In what was refused a secret may be under a misspelt name.
    if (redact && status >= 400) return '';
    const text = redact
      ? textOf(redacted(inputsText === undefined ? inputs : JSON.parse(inputsText), redact))
      : (inputsText ?? textOf(inputs));
    return text.length > MAX_INPUTS ? `,"inputs":{"omitted":${text.length}}` : `,"inputs":${text}`;
  }

  return {
    // By the id: every service that sees a request takes the same ones.
    wants: options.rate >= 1 ? () => true : (id) => draw(id) < options.rate,
    write({ id, route, status, totalMs, variant, trace }) {
      const { queue, preprocess, run, postprocess, outputs } = trace;
      const ms = `{"queue":${fixed(queue)},"preprocess":${fixed(preprocess)},"run":${fixed(run)},"postprocess":${fixed(postprocess)},"total":${fixed(totalMs)}}`;
      const known = heads.get(variant) ?? head(variant);
      const out = outputs === undefined ? '' : `,"outputs":${outputs}`;
      buffer.push(
        `{"level":30,"time":"${now()}","id":${JSON.stringify(id)},"route":"${route}","status":${status},${known},"ms":${ms}${inputsOf(trace, status)}${out}}\n`,
      );
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
let lastText = '';

/** Many lines share a millisecond, and its text. */
function now(): string {
  const ms = Date.now();
  if (ms !== lastMs) {
    lastMs = ms;
    lastText = new Date(ms).toISOString();
  }
  return lastText;
}
