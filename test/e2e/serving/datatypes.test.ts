import { join } from 'node:path';
import { DATATYPES } from '../../../generators/tensor.ts';
import { temporaryFolder } from '../support/folder.ts';
import { everyDatatype, serveModel } from '../support/model.ts';
import { nodeOf } from '../support/node-versions.ts';
import { must } from '../support/run.ts';
import { post, type Serving } from '../support/serve.ts';
import { stampOut } from '../support/stamp-out.ts';

/* Every datatype through a model that changes nothing: what comes back must be what was sent. */

const directory = join(temporaryFolder(), 'datatypes');
let serving: Serving;

/** Half floats are a type of their own in Node 24 and not before: every value must travel in both. */
async function onNode24(check: (url: string) => Promise<void>): Promise<void> {
  const other = await serveModel(directory, everyDatatype, {}, join(await nodeOf('24'), 'node'));
  try {
    await check(other.url);
  } finally {
    await other.stop();
  }
}

beforeAll(async () => {
  await stampOut(directory);
  await must('npm', ['run', 'build'], { cwd: directory });
  serving = await serveModel(directory, everyDatatype);
}, 300_000);
afterAll(() => serving?.stop());

/** Edges of each type, as JSON text, because JavaScript's numbers cannot hold all of them. */
const EDGES: Readonly<Record<string, readonly [string, string]>> = {
  BOOL: ['true', 'false'],
  UINT8: ['0', '255'],
  UINT16: ['0', '65535'],
  UINT32: ['0', '4294967295'],
  UINT64: ['0', '18446744073709551615'],
  INT8: ['-128', '127'],
  INT16: ['-32768', '32767'],
  INT32: ['-2147483648', '2147483647'],
  INT64: ['-9223372036854775808', '9007199254740993'],
  FP32: ['0.1', '-3.4028234663852886e+38'],
  FP64: ['0.1', '1.7976931348623157e+308'],
  BYTES: ['"ü\\"\\n"', '""'],
};

const inputs = (edit: (datatype: string) => string) =>
  DATATYPES.map((datatype) => `{"name":"in_${datatype}","shape":[1,2],"datatype":"${datatype}",${edit(datatype)}}`);

test('JSON alone: every value comes back, half floats included', async () => {
  const halves = ['65504', '0.0999755859375'];
  const body = `{"inputs":[${inputs((datatype) => `"data":[${(EDGES[datatype] ?? ['65504', '0.1']).join(',')}]`).join(',')}]}`;
  const check = async (url: string) => {
    const response = await fetch(`${url}/v2/models/datatypes/infer`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    const text = await response.text();
    expect([response.status, response.status === 200 ? '' : text]).toEqual([200, '']);
    for (const [datatype, edges] of Object.entries({ ...EDGES, FP16: halves })) {
      const expected = datatype === 'FP32' ? [String(Math.fround(0.1)), edges[1]] : edges;
      expect(text).toContain(
        `"name":"out_${datatype}","datatype":"${datatype}","shape":[1,2],"data":[${expected.join(',')}]`,
      );
    }
  };
  await check(serving.url);
  await onNode24(check);
}, 120_000);

test('a number is read by the input that it belongs to, not by the 64-bit integers beside it', async () => {
  const ask = (values: Readonly<Record<string, string>>, more = '') => {
    const data = (datatype: string) =>
      values[datatype] ?? (datatype === 'BYTES' ? '["",""]' : datatype === 'BOOL' ? '[true,false]' : '[0,0]');
    const body = `{"inputs":[${inputs((datatype) => `"data":${data(datatype)}`).join(',')}]${more}}`;
    return post(`${serving.url}/v2/models/datatypes/infer`, body);
  };
  const good = await ask({ FP64: '[9007199254740993,1234567890123456]' }, ',"parameters":{"timeout":1234567890123456}');
  expect([good.status, JSON.stringify(good.body)]).toEqual([
    200,
    expect.stringContaining('"data":[9007199254740992,1234567890123456]'),
  ]);
  const wrong = await ask({ BYTES: '["",1234567890123456]' });
  expect([wrong.status, (wrong.body as { error: string }).error]).toEqual([
    400,
    expect.stringContaining('.data[1]: expected a string without NUL or lone surrogates, found 1234567890123456'),
  ]);
});

test('JSON and bytes mixed: every value comes back, 64-bit integers to the last digit', async () => {
  const half = Buffer.from(Uint16Array.of(0x3c00, 0x7bff).buffer);
  const asked = DATATYPES.map((name) => `{"name":"out_${name}","parameters":{"binary_data":${name === 'FP16'}}}`);
  const json = `{"inputs":[${inputs((datatype) => {
    const edges = EDGES[datatype];
    return edges ? `"data":[${edges.join(',')}]` : '"parameters":{"binary_data_size":4}';
  }).join(',')}],"outputs":[${asked.join(',')}]}`;
  const head = Buffer.from(json);
  const response = await fetch(`${serving.url}/v2/models/datatypes/infer`, {
    method: 'POST',
    headers: { 'inference-header-content-length': `${head.length}`, 'content-type': 'application/octet-stream' },
    body: Buffer.concat([head, half]),
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  expect([response.status, response.status === 200 ? '' : bytes.toString()]).toEqual([200, '']);
  const length = Number(response.headers.get('inference-header-content-length'));
  const text = bytes.subarray(0, length).toString();
  for (const [datatype, edges] of Object.entries(EDGES)) {
    const data = new RegExp(
      `"name":"out_${datatype}","datatype":"${datatype}","shape":\\[1,2\\],"data":\\[(.*?)\\]`,
    ).exec(text)?.[1];
    const expected = datatype === 'FP32' ? [String(Math.fround(0.1)), edges[1]] : edges;
    expect([datatype, data]).toEqual([datatype, expected.join(',')]);
  }
  expect(bytes.subarray(length)).toEqual(half);
});

test('predictions carry what JSON numbers cannot as strings', async () => {
  const instance: Record<string, unknown> = Object.fromEntries(
    DATATYPES.map((datatype) => [
      `in_${datatype}`,
      datatype === 'BYTES' ? ['a', 'b'] : datatype === 'BOOL' ? [true, false] : [1, 2],
    ]),
  );
  instance['in_INT64'] = ['9223372036854775807', -5];
  const check = async (url: string) => {
    const { status, body } = await post(`${url}/predict`, { instances: [instance, instance] });
    expect([status, status === 200 ? '' : body]).toEqual([200, '']);
    const [first, second] = (body as { predictions: Record<string, unknown>[] }).predictions;
    expect(first).toEqual(second);
    expect(first).toMatchObject({
      out_INT64: ['9223372036854775807', -5],
      out_FP16: [1, 2],
      out_BOOL: [true, false],
      out_BYTES: ['a', 'b'],
    });
  };
  await check(serving.url);
  await onNode24(check);
}, 120_000);

test('a number beyond its type is refused with its place, never wrapped around', async () => {
  for (const [datatype, wrong] of [
    ['UINT8', 256],
    ['INT8', -129],
    ['INT32', 2 ** 31],
    ['UINT64', -1],
    ['FP32', 1e39],
    ['FP16', 70000],
    ['INT64', '9223372036854775808'],
  ] as const) {
    const instance: Record<string, unknown> = Object.fromEntries(
      DATATYPES.map((name) => [`in_${name}`, name === datatype ? [0, wrong] : name === 'BYTES' ? ['', ''] : [0, 0]]),
    );
    const { status, body } = await post(`${serving.url}/predict`, { instances: [instance] });
    expect([datatype, status, (body as { error: string }).error]).toEqual([
      datatype,
      400,
      expect.stringContaining(`instances[0].in_${datatype}[1]`),
    ]);
  }
});
