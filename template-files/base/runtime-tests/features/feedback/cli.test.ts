import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from '../../../runtime/root.ts';
import { runCommand } from '../../helpers/command.ts';
import { portOf, start } from '../../helpers/process.ts';
import { SAMPLE } from '../../helpers/service.ts';

/** The commands themselves, over a copy of the sample. */
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'feedback-'));
  cpSync(join(ROOT, dirname(SAMPLE)), folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (name: string, lines: readonly string[]) => {
  const file = join(folder, name);
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
};
const line = (id: string, variant: string, outputs: unknown) => {
  const version = variant === 'main' ? '1.0.0' : '2.0.0';
  return JSON.stringify({ id, status: 200, variant, version, msg: 'prediction', outputs });
};
/** 400 requests of either version: the main one is right in 3 of 4, the candidate in 19 of 20. */
function logged() {
  const ids = Array.from({ length: 800 }, (_, i) => ({ id: `id-${i}`, main: i < 400, i }));
  const right = ({ main, i }: (typeof ids)[number]) => (main ? i % 4 !== 0 : i % 20 !== 0);
  const lines = ids.map((one) => {
    const label = right(one) ? 'setosa' : 'virginica';
    return line(one.id, one.main ? 'main' : 'candidate', [{ label, probabilities: {} }]);
  });
  return { log: write('log.jsonl', ['{"msg":"request"}', ...lines, '{"msg":"prediction","cut']), ids };
}
const truths = (ids: readonly { id: string }[]) =>
  write('labels.csv', ['id,label,note', ...ids.map(({ id }) => `${id},setosa,x`)]);

test('truths are joined with the log by id, and each version has its accuracy', () => {
  const { log, ids } = logged();
  const file = truths([...ids, { id: 'of another log' }]);
  const { status, stdout, stderr } = runCommand(folder, 'features/feedback/cli/feedback', file, '--log', log);
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toContain('main 1.0.0: accuracy 0.75 (95 %: 0.7053 to 0.79');
  expect(stdout).toContain('candidate 2.0.0: accuracy 0.95 (95 %: ');
  expect(stdout).toContain('800 truths were compared.\n1 truths have no prediction in the log.\n');
});

test('an A/B test is decided when its truths are enough, and not before', () => {
  const { log, ids } = logged();
  const decided = runCommand(
    folder,
    'features/feedback/cli/ab-report',
    truths(ids),
    '--log',
    log,
    '--difference',
    '0.2',
    '--json',
  );
  expect(JSON.parse(decided.stdout)).toMatchObject({
    difference: { estimate: expect.closeTo(0.2, 9) },
    matters: 0.2,
    missing: 0,
    verdict: 'candidate_better',
  });
  const few = ids.filter(({ i }) => i % 400 < 12);
  const { stdout } = runCommand(folder, 'features/feedback/cli/ab-report', truths(few), '--log', log);
  expect(stdout).toMatch(/Not decided yet\.\nThe candidate needs \d{4} more truths to find a difference of 0\.02 /);
});

test('answers of the protocol are read as well', () => {
  const outputs = (row: readonly number[]) => ({
    outputs: [{ name: 'probabilities', datatype: 'FP32', shape: [1, 3], data: row }],
  });
  const log = write('log.jsonl', [
    line('a', 'main', outputs([0.9, 0.1, 0])),
    line('b', 'main', outputs([0, 0.1, 0.9])),
  ]);
  const { stdout } = runCommand(
    folder,
    'features/feedback/cli/feedback',
    truths([{ id: 'a' }, { id: 'b' }]),
    '--log',
    log,
    '--json',
  );
  expect(JSON.parse(stdout)).toMatchObject({ matched: 2, versions: [{ truths: 2, accuracy: { estimate: 0.5 } }] });
});

test('lines of version 2 have a prediction for each row, and those of a shadow are no answers', () => {
  const version2 = (id: string, outputs: unknown, more: object = {}) => {
    const line = { id, status: 200, schema: 2, variant: 'main', version: '1.0.0', msg: 'prediction', outputs, ...more };
    return JSON.stringify(line);
  };
  const log = write('log.jsonl', [
    version2('a', [{ label: 'setosa', probabilities: {} }], { method: 'predict' }),
    // Outputs by name, because the client did not ask for all that a prediction needs.
    version2('b', [{ probabilities: [0.1, 0.2, 0.7] }], { method: 'infer' }),
    version2('b', [{ label: 'setosa' }], { msg: 'shadow', variant: 'candidate', version: '2.0.0' }),
  ]);
  const { stdout } = runCommand(
    folder,
    'features/feedback/cli/feedback',
    truths([{ id: 'a' }, { id: 'b' }]),
    '--log',
    log,
    '--json',
  );
  expect(JSON.parse(stdout)).toMatchObject({
    matched: 2,
    versions: [{ variant: 'main', truths: 2, accuracy: { estimate: 0.5 } }],
  });
});

test.each([
  [['id,note', 'a,b'], /labels.csv line 1: expected the columns id and label, found no label/],
  [['id,label', 'a,rose'], /labels.csv line 2: label: expected one of setosa, .* found "rose"/],
  [['id,label', 'a,setosa', 'a,setosa'], /labels.csv line 3: id: expected each prediction once, found "a" twice/],
  [['id,label,instance', 'a,setosa,-1'], /labels.csv line 2: instance: expected a whole number from 0, found "-1"/],
  [['id,label'], /labels.csv expected rows, found none/],
  [['id,label', 'unknown,setosa'], /none of the 1 truths has its prediction in the log/],
])('%j is refused by name', (lines, message) => {
  const { log } = logged();
  const { status, stderr } = runCommand(
    folder,
    'features/feedback/cli/feedback',
    write('labels.csv', lines),
    '--log',
    log,
  );
  expect(status).toBe(1);
  expect(stderr).toMatch(message);
  expect(stderr).toContain('(DATA_INVALID)');
});

test('without a log and without a second version it says what is missing', () => {
  const file = truths([{ id: 'a' }]);
  expect(runCommand(folder, 'features/feedback/cli/feedback', file).stderr).toMatch(/name its files with --log/);
  const log = write('log.jsonl', [line('a', 'main', [{ label: 'setosa' }])]);
  expect(runCommand(folder, 'features/feedback/cli/ab-report', file, '--log', log).stderr).toMatch(
    /expected truths of one candidate version, found main 1\.0\.0/,
  );
});

describe('with --url', () => {
  /** A service of its own process: the command is waited for. */
  async function service(): Promise<string> {
    const server = start({ SERVING_CONFIG: join(folder, 'serving.yaml') });
    await server.seen('"msg":"ready"');
    return `http://127.0.0.1:${portOf(server.output())}`;
  }
  const run = (...args: string[]) => runCommand(folder, 'features/feedback/cli/feedback', ...args);

  test('late truths are counted by the service, once, and those of another version are not', async () => {
    const { log, ids } = logged();
    const few = [...ids.slice(0, 8), ...ids.slice(400, 402)];
    const url = await service();
    const first = run(truths(few), '--log', log, '--url', url);
    expect([first.status, first.stderr]).toEqual([0, '']);
    expect(first.stdout).toContain(
      'The service has counted 8 truths; 0 were counted before, 2 are of a version that does not answer there.\n',
    );
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toContain('ml_serving_feedback_total{outcome="correct",variant="main",version="1.0.0"} 6\n');
    expect(metrics).toContain('ml_serving_feedback_total{outcome="wrong",variant="main",version="1.0.0"} 2\n');
    const again = run(truths(few), '--log', log, '--url', url, '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({ matched: 10, sent: { counted: 0, before: 8, other_version: 2 } });
  });

  /** An address where nothing listens any more. */
  async function lost(): Promise<string> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    return `http://127.0.0.1:${port}`;
  }

  test('what is no address is an error', () => {
    const { log, ids } = logged();
    const { status, stderr, stdout } = run(truths(ids), '--log', log, '--url', 'ftp://x');
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toBe('--url: expected http://<host>:<port>, found "ftp://x"\n(DATA_INVALID)\n');
  });

  test('a service that is not there is an error', async () => {
    const { log, ids } = logged();
    const url = await lost();
    const { status, stderr, stdout } = run(truths(ids), '--log', log, '--url', url);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain(
      `${url}/feedback: no answer: ECONNREFUSED (0 truths were counted; run it again for the others)`,
    );
  });

  test('a header that is none is an error that does not repeat it', () => {
    const { log, ids } = logged();
    const { status, stderr } = run(truths(ids), '--log', log, '--url', 'http://127.0.0.1:9', '--header', 'a secret');
    expect([status, stderr]).toEqual([1, '--header: expected "Name: value"\n(DATA_INVALID)\n']);
  });
});
