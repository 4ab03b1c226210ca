import { join } from 'node:path';
import { temporaryFolder } from '../support/folder.ts';
import { everyDatatype, serveModel } from '../support/model.ts';
import { repositoryRoot } from '../support/packed.ts';
import { python } from '../support/python.ts';
import { must } from '../support/run.ts';
import { type Serving, serve } from '../support/serve.ts';
import { stampOut } from '../support/stamp-out.ts';

/* Triton's own client, which nobody here wrote, against stamped-out services. */

const directory = join(temporaryFolder(), 'triton');
const servers: Serving[] = [];
let said: Record<string, unknown>[] = [];

beforeAll(async () => {
  const interpreter = await python(['tritonclient[http]==2.73.0', 'numpy==2.4.6']);
  await stampOut(directory);
  await must('npm', ['run', 'build'], { cwd: directory });
  const datatypes = await serveModel(directory, everyDatatype);
  servers.push(datatypes);
  const classifier = await serve(directory);
  servers.push(classifier);
  const script = join(repositoryRoot, 'test', 'e2e', 'serving', 'client.py');
  const hosts = [new URL(datatypes.url).host, 'datatypes', new URL(classifier.url).host, 'triton'];
  const { stdout } = await must(interpreter, [script, ...hosts], { timeout: 60_000 });
  said = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}, 600_000);
afterAll(() => Promise.all(servers.map((server) => server.stop())));

const of = (name: string) => said.filter(({ test: one }) => one === name).map(({ test: _, ...rest }) => rest);

test('health and metadata', () => {
  expect(of('health')).toEqual([{ live: true, ready: true, model: true }]);
  expect(of('unknown model')).toEqual([{ ready: false }]);
  expect(of('server')).toEqual([{ name: 'ml-serving', extensions: ['binary_tensor_data'] }]);
  expect(of('metadata')).toEqual([{ platform: 'onnxruntime_onnx', inputs: 13, versions: ['1.0.0'] }]);
});

test('every datatype, JSON and binary, in and out', () => {
  const results = of('datatypes');
  expect(results).toHaveLength(4);
  for (const result of results) expect(result).toMatchObject({ id: 'mine', wrong: [] });
});

test('compression both ways', () => {
  const results = of('compression');
  expect(results.map(({ algorithm, rows, equal }) => [algorithm, rows, equal])).toEqual([
    ['gzip', 500, true],
    ['deflate', 500, true],
  ]);
  for (const { first } of results) expect(first).toBeCloseTo(0.98098844, 5);
});

test('errors are told in words that the client shows', () => {
  expect(of('refusal')).toEqual([
    { what: 'shape', status: '400', message: expect.stringContaining('expected [-1, 4]') },
    { what: 'model', status: '404', message: expect.stringContaining('nobody') },
    { what: 'version', status: '404', message: expect.stringContaining('9') },
  ]);
});

test('many at once', () => {
  expect(of('many at once')).toEqual([{ answers: 1 }]);
});
