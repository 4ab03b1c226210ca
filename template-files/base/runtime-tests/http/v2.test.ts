import { gzipSync } from 'node:zlib';
import { readInferRequest } from '../../runtime/http/v2/request.ts';
import { bodyOf, boot, type Running } from '../helpers/service.ts';
import { serving } from '../helpers/serving.ts';

let service: Running;
beforeAll(async () => {
  service = await boot();
});
afterAll(() => service.close());

const MODEL = '/v2/models/my-model';
const INFER = `${MODEL}/infer`;
const ROWS = [5.1, 3.5, 1.4, 0.2, 6.2, 2.9, 4.3, 1.3];

const input = (changes: Record<string, unknown> = {}) => ({
  name: 'float_input',
  shape: [2, 4],
  datatype: 'FP32',
  data: ROWS,
  ...changes,
});
const infer = (body: unknown, headers?: Record<string, string>) => service.post(INFER, body, headers);

/** A body of JSON with bytes behind it. */
function binary(json: unknown, ...tensors: ArrayBufferView[]) {
  const head = Buffer.from(JSON.stringify(json));
  const parts = tensors.map((tensor) => Buffer.from(tensor.buffer, tensor.byteOffset, tensor.byteLength));
  return { body: Buffer.concat([head, ...parts]), header: `${head.length}` };
}

const sendBytes = (body: Uint8Array, header: string, more: Record<string, string> = {}) =>
  fetch(service.url + INFER, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream', 'inference-header-content-length': header, ...more },
    body,
  });

/** The JSON of an answer and the numbers behind it. */
async function readBinary(response: Response) {
  const bytes = Buffer.from(await response.arrayBuffer());
  const header = Number(response.headers.get('inference-header-content-length'));
  const tail = bytes.subarray(header);
  return {
    json: JSON.parse(bytes.subarray(0, header).toString()) as Record<string, unknown>,
    numbers: [...new Float32Array(new Uint8Array(tail).buffer)],
  };
}

async function expected(): Promise<number[]> {
  const { outputs } = (await bodyOf(await infer({ inputs: [input()] }))) as { outputs: { data: number[] }[] };
  return outputs[0]?.data ?? [];
}

test('server and model metadata', async () => {
  const get = async (path: string) => bodyOf(await fetch(service.url + path));
  expect(await get('/v2')).toEqual({
    name: 'ml-serving',
    version: service.config.templateVersion,
    extensions: ['binary_tensor_data'],
  });
  const metadata = {
    name: 'my-model',
    versions: ['1.0.0'],
    platform: 'onnxruntime_onnx',
    inputs: [{ name: 'float_input', datatype: 'FP32', shape: [-1, 4] }],
    outputs: [{ name: 'probabilities', datatype: 'FP32', shape: [-1, 3] }],
  };
  expect(await get(MODEL)).toEqual(metadata);
  expect(await get(`${MODEL}/versions/1.0.0`)).toEqual(metadata);
  expect(await get(`${MODEL}/ready`)).toEqual({ name: 'my-model', ready: true });
});

test('flat and nested data give the same answer, in the protocol’s form', async () => {
  const flat = await bodyOf(await infer({ id: 'mine', inputs: [input()] }));
  expect(flat).toEqual({
    model_name: 'my-model',
    model_version: '1.0.0',
    id: 'mine',
    outputs: [{ name: 'probabilities', datatype: 'FP32', shape: [2, 3], data: expect.any(Array) }],
  });
  const nested = await infer({ id: 'mine', inputs: [input({ data: [ROWS.slice(0, 4), ROWS.slice(4)] })] });
  expect(await bodyOf(nested)).toEqual(flat);
  const [first = 0, second = 0, third = 0] = await expected();
  expect(first + second + third).toBeCloseTo(1, 5);
});

test('an id of any letters comes back; without one it is the request’s', async () => {
  expect((await bodyOf(await infer({ id: 'ü "quoted"', inputs: [input()] })))['id']).toBe('ü "quoted"');
  expect((await bodyOf(await infer({ inputs: [input()] }, { 'x-request-id': 'from-header' })))['id']).toBe(
    'from-header',
  );
});

test('a version may be named', async () => {
  expect((await service.post(`${MODEL}/versions/1.0.0/infer`, { inputs: [input()] })).status).toBe(200);
  for (const path of [
    `${MODEL}/versions/2.0.0/infer`,
    '/v2/models/other/infer',
    '/v2/models/%E4/infer',
    '/v2/models/__proto__/infer',
  ]) {
    const response = await service.post(path, { inputs: [input()] });
    expect([path, response.status]).toEqual([path, path.includes('%') ? 400 : 404]);
  }
});

test('binary in, binary out, and both mixed with JSON', async () => {
  const answer = await expected();
  const tensor = Float32Array.from(ROWS);
  const wire = input({ data: undefined, parameters: { binary_data_size: tensor.byteLength } });

  const inBinary = binary({ inputs: [wire] }, tensor);
  const { outputs } = (await bodyOf(await sendBytes(inBinary.body, inBinary.header))) as {
    outputs: { data: number[] }[];
  };
  expect(outputs[0]?.data).toEqual(answer);

  for (const request of [
    { inputs: [wire], parameters: { binary_data_output: true } },
    { inputs: [wire], outputs: [{ name: 'probabilities', parameters: { binary_data: true } }] },
  ]) {
    const both = binary(request, tensor);
    const response = await sendBytes(both.body, both.header);
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
    const { json, numbers } = await readBinary(response);
    expect(json['outputs']).toEqual([
      { name: 'probabilities', datatype: 'FP32', shape: [2, 3], parameters: { binary_data_size: 24 } },
    ]);
    expect(numbers).toEqual(answer);
  }

  const listed = { name: 'probabilities', parameters: { binary_data: false } };
  const json = await infer({ inputs: [input()], outputs: [listed], parameters: { binary_data_output: true } });
  expect(json.headers.get('inference-header-content-length')).toBeNull();
});

test('the raw form: bytes alone, both ways', async () => {
  const response = await sendBytes(new Uint8Array(Float32Array.from(ROWS).buffer), '0');
  expect((await readBinary(response)).numbers).toEqual(await expected());
});

test('compressed both ways', async () => {
  const many = { inputs: [input({ shape: [200, 4], data: Array.from({ length: 800 }, (_, i) => i % 7) })] };
  const response = await fetch(service.url + INFER, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-encoding': 'gzip', 'accept-encoding': 'gzip' },
    body: gzipSync(JSON.stringify(many)),
  });
  expect([response.status, response.headers.get('content-encoding')]).toEqual([200, 'gzip']);
  const plain = await infer(many, { 'accept-encoding': 'identity', 'x-request-id': 'x' });
  const { outputs } = await bodyOf(plain);
  expect((await bodyOf(response))['outputs']).toEqual(outputs);

  const tensor = Float32Array.from({ length: 4000 }, (_, i) => i % 7);
  const wire = { ...input({ shape: [1000, 4], data: undefined }), parameters: { binary_data_size: tensor.byteLength } };
  const packed = binary({ inputs: [wire], parameters: { binary_data_output: true } }, tensor);
  const answer = await sendBytes(gzipSync(packed.body), packed.header, {
    'content-encoding': 'gzip',
    'accept-encoding': 'gzip',
  });
  expect([answer.status, answer.headers.get('content-encoding')]).toEqual([200, 'gzip']);
  expect((await readBinary(answer)).numbers).toHaveLength(3000);
});

const bytes16 = { parameters: { binary_data_size: 16 }, data: undefined, shape: [1, 4] };

test.each<[string, unknown, string]>([
  ['no inputs', {}, 'inputs: expected a list'],
  ['no object', [], 'the body: expected an object'],
  ['a missing input', { inputs: [] }, 'expected the input "float_input"'],
  ['an unknown input', { inputs: [input({ name: 'x' })] }, 'inputs[0].name: expected one of float_input, found "x"'],
  ['an input twice', { inputs: [input(), input()] }, 'each input once'],
  ['another datatype', { inputs: [input({ datatype: 'FP64' })] }, 'inputs[0].datatype: expected FP32, found "FP64"'],
  ['a wrong rank', { inputs: [input({ shape: [8] })] }, 'inputs[0].shape: expected [-1, 4] (-1 is free), found [8]'],
  ['a wrong axis', { inputs: [input({ shape: [4, 2] })] }, 'found [4,2]'],
  ['lists for an axis', { inputs: [input({ shape: [4, [2]] })] }, 'found [4,a list of 1]'],
  ['many axes', { inputs: [input({ shape: new Array(50).fill(1) })] }, 'found [1,1,1,1,1,1,1,1,1,1,…]'],
  ['a negative axis', { inputs: [input({ shape: [-2, 4] })] }, 'inputs[0].shape'],
  ['a fractional axis', { inputs: [input({ shape: [1.5, 4] })] }, 'inputs[0].shape'],
  ['no rows', { inputs: [input({ shape: [0, 4], data: [] })] }, 'inputs[0].shape'],
  ['a huge shape', { inputs: [input({ shape: [2 ** 50, 4] })] }, 'elements'],
  ['an overflowing shape', { inputs: [input({ shape: [2 ** 53, 4] })] }, 'inputs[0].shape'],
  ['too few elements', { inputs: [input({ data: [1] })] }, 'inputs[0].data: expected 8 values'],
  [
    'a ragged list',
    {
      inputs: [
        input({
          data: [
            [1, 2, 3, 4],
            [1, 2, 3],
          ],
        }),
      ],
    },
    'inputs[0].data[1]',
  ],
  ['a wrong element', { inputs: [input({ data: [1, 2, 3, 4, 5, 6, 7, 'x'] })] }, 'inputs[0].data[7]'],
  ['no data', { inputs: [input({ data: undefined })] }, 'inputs[0].data: expected a list'],
  ['too many rows', { inputs: [input({ shape: [1025, 4], data: new Array(4100).fill(1) })] }, 'at most 1024 rows'],
  ['an unknown output', { inputs: [input()], outputs: [{ name: 'x' }] }, 'outputs[0].name'],
  [
    'an output twice',
    { inputs: [input()], outputs: [{ name: 'probabilities' }, { name: 'probabilities' }] },
    'each output once',
  ],
  [
    'a wrong parameter',
    { inputs: [input()], outputs: [{ name: 'probabilities', parameters: { binary_data: 1 } }] },
    'binary_data: expected true or false',
  ],
  [
    'a parameter that means something else',
    { inputs: [input()], parameters: { sequence_id: 1 } },
    'sequence_id is not supported',
  ],
  ['a wrong timeout', { inputs: [input()], parameters: { timeout: -1 } }, 'parameters.timeout'],
  ['bytes without any', { inputs: [input(bytes16)] }, '16 bytes behind the JSON'],
  ['a wrong id', { id: 5, inputs: [input()] }, 'id: expected a string'],
  [
    'data and bytes',
    { inputs: [input({ parameters: { binary_data_size: 32 } })] },
    'expected data or binary_data_size',
  ],
  ['polluted names', JSON.parse('{"inputs":[{"__proto__":{"name":"float_input"}}]}'), 'inputs[0].name'],
])('%s is 400', async (_, body, message) => {
  const response = await infer(body);
  const error = await bodyOf(response);
  expect([response.status, error['error']]).toEqual([400, expect.stringContaining(message)]);
  expect((await infer({ inputs: [input()] })).status).toBe(200);
});

test.each<[string, (tensor: Float32Array) => { body: Uint8Array; header: string }, string]>([
  ['surplus bytes', (tensor) => binary({ inputs: [input(bytes16)] }, tensor), 'bytes more than its tensors have'],
  [
    'too few bytes',
    (tensor) => binary({ inputs: [input({ ...bytes16, shape: [2, 4] })] }, tensor.subarray(0, 4)),
    'inputs[0]: expected 32 bytes, found 16',
  ],
  [
    'a header beyond the body',
    (tensor) => ({ ...binary({ inputs: [] }, tensor), header: '9999' }),
    'Inference-Header-Content-Length',
  ],
  [
    'a header that is no number',
    (tensor) => ({ ...binary({ inputs: [] }, tensor), header: '1e3' }),
    'Inference-Header-Content-Length',
  ],
  [
    'a header within the JSON',
    (tensor) => ({ ...binary({ inputs: [input(bytes16)] }, tensor), header: '7' }),
    'the body is not JSON',
  ],
  [
    'NaN among the bytes',
    () => binary({ inputs: [input(bytes16)] }, Float32Array.of(1, Number.NaN, 3, 4)),
    'inputs[0][1]: expected a finite number, found NaN',
  ],
  ['an odd number of raw bytes', () => ({ body: new Uint8Array(15), header: '0' }), 'a multiple of 16 bytes'],
  ['no raw bytes', () => ({ body: new Uint8Array(0), header: '0' }), 'a multiple of 16 bytes'],
])('%s is 400', async (_, make, message) => {
  const { body, header } = make(Float32Array.from(ROWS));
  const response = await sendBytes(body, header);
  expect([response.status, (await bodyOf(response))['error']]).toEqual([400, expect.stringContaining(message)]);
});

test('a missing value is NaN, where the input takes it; null is no element of a tensor', () => {
  const features = [{ name: 'a', nullable: true }, { name: 'b' }];
  const read = (allowNonFinite: boolean, data: unknown[]) => {
    const contract = serving({ inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 2], features, allowNonFinite }] });
    const body = { inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2], data }] };
    const { block } = readInferRequest(
      Buffer.from(JSON.stringify(body)),
      undefined,
      (json) => JSON.parse(`${json}`),
      contract,
    );
    return block.tensors[0]?.data;
  };
  expect(read(true, ['NaN', 1])).toEqual(Float32Array.of(Number.NaN, 1));
  expect(() => read(false, ['NaN', 1])).toThrow('inputs[0].data[0]: expected a number');
  expect(() => read(true, [null, 1])).toThrow('inputs[0].data[0]: expected a number');
});
