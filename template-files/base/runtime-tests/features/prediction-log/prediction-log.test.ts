import { jest } from '@jest/globals';
import {
  createPredictionLog,
  type LoggedPrediction,
  type LoggedTrace,
} from '../../../runtime/features/prediction-log/prediction-log.ts';

/** Half of it is written at once: so a line shows when it is put down. */
const BUFFER_BYTES = 2048;
const model = { name: 'main', version: '1', sha256: '0' };
const trace = { preprocess: 0, queue: 0, run: 0, postprocess: 0, inputs: undefined, outputs: undefined };
const bytes = (size: number) => Buffer.from(JSON.stringify([' '.repeat(size)]));
const spanOf = (json: Buffer) => ({ bytes: json, start: 0, end: json.length });
const traceOf = (size: number): LoggedTrace => ({ ...trace, inputsJson: spanOf(bytes(size)) });

function prediction(id: string, more: Partial<LoggedPrediction> = {}): LoggedPrediction {
  const asked = { id, answerId: undefined, route: '/predict', status: 200, endedAt: performance.now(), totalMs: 1 };
  return { ...asked, model, key: undefined, trace: traceOf(900), ...more };
}

function open(bufferBytes = BUFFER_BYTES) {
  const lines: { id: string; time: string; inputs: unknown }[] = [];
  const log = createPredictionLog({
    rate: 1,
    bufferBytes,
    model: 'iris',
    templateVersion: '1.0.0',
    inAccessLog: false,
    redact: undefined,
    events: { onWritten: () => {}, onDropped: () => {} },
    sink: {
      async write(block) {
        for (const line of block.toString().trim().split('\n')) lines.push(JSON.parse(line));
      },
      close: async () => {},
    },
  });
  return { log, lines, ids: () => lines.map(({ id }) => id) };
}

beforeEach(() => {
  jest.useFakeTimers({ now: Date.parse('2026-01-01T00:00:00.000Z') });
});
afterEach(() => {
  jest.useRealTimers();
});

test('a line is put down some milliseconds after its answer, and not at the end of each turn', async () => {
  const { log, ids } = open();
  log.write(prediction('a'));
  await jest.advanceTimersByTimeAsync(15);
  expect(ids()).toEqual([]);
  await jest.advanceTimersByTimeAsync(10);
  expect(ids()).toEqual(['a']);
  log.write(prediction('b'));
  await jest.advanceTimersByTimeAsync(25);
  expect(ids()).toEqual(['a', 'b']);
});

test('what keeps much in memory is put down at the end of the turn, with what waits', async () => {
  const { log, ids } = open(64 * 1024);
  log.write(prediction('small'));
  log.write(prediction('large', { trace: traceOf(40_000) }));
  await jest.advanceTimersByTimeAsync(1);
  expect(ids()).toEqual(['small', 'large']);
  log.write(prediction('next', { trace: traceOf(40_000) }));
  await jest.advanceTimersByTimeAsync(1);
  expect(ids()).toEqual(['small', 'large', 'next']);
});

test.each<[string, Partial<LoggedTrace>]>([
  ['of which only some is logged', { inputsJson: { bytes: bytes(40_000), start: 0, end: 1 } }],
  ['that is an answer', { outputs: { text: ' '.repeat(40_000), start: 0, end: 2 } }],
  ['that has been read already', { inputs: [' '.repeat(600)] }],
])('as much counts what is kept %s', async (_, much) => {
  const { log, ids } = open();
  log.write(prediction('a'));
  log.write(prediction('b', { trace: { ...trace, inputsJson: undefined, ...much } }));
  await jest.advanceTimersByTimeAsync(1);
  expect(ids()[0]).toBe('a');
});

test('many are put down without waiting longer', async () => {
  const { log, ids } = open();
  for (let i = 0; i < 255; i++) log.write(prediction(`${i}`));
  await jest.advanceTimersByTimeAsync(0);
  expect(ids()).toEqual([]);
  log.write(prediction('255'));
  await jest.advanceTimersByTimeAsync(0);
  expect(ids()[0]).toBe('0');
});

test('what waits is written at the end', async () => {
  const { log, ids } = open();
  log.write(prediction('a'));
  await log.close(1000);
  expect(ids()).toEqual(['a']);
});

test('each line has the time of its own answer, however late it is put down', async () => {
  const { log, lines } = open(1024 * 1024);
  log.write(prediction('a'));
  await jest.advanceTimersByTimeAsync(7);
  log.write(prediction('b'));
  await log.close(1000);
  expect(lines.map(({ time }) => time)).toEqual(['2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.007Z']);
});

test('a clock that is set is followed', async () => {
  const { log, lines } = open();
  log.write(prediction('a'));
  await jest.advanceTimersByTimeAsync(25);
  jest.setSystemTime(Date.parse('2026-02-01T00:00:00.000Z'));
  log.write(prediction('b'));
  await log.close(1000);
  expect(lines.map(({ time }) => time.slice(0, 10))).toEqual(['2026-01-01', '2026-02-01']);
});

test('times do not go back because the clock has whole milliseconds only', async () => {
  const { log, lines } = open();
  log.write(prediction('a'));
  await jest.advanceTimersByTimeAsync(25);
  jest.setSystemTime(Date.now() - 1);
  log.write(prediction('b'));
  await log.close(1000);
  expect(lines.map(({ time }) => time)).toEqual(['2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.025Z']);
});
