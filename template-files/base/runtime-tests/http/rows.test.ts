import { createBlockReader, instancesJson, plainForm, readRows, tableForm } from '../../runtime/http/rows.ts';
import { createEncoder } from '../../runtime/inference/preprocess/encoder.ts';
import type { ByteSpan } from '../../runtime/observability/byte-writer.ts';
import { bodyOf, boot } from '../helpers/service.ts';
import { serving } from '../helpers/serving.ts';

const read = (text: string, width = 2, maxRows = 4) => readRows(Buffer.from(text), plainForm(width), maxRows);

/** What JSON.parse makes of it, as 32-bit floats. */
const parsed = (text: string) => Float32Array.from(JSON.parse(text).instances.flat());

/** Numbers that are the same in every run, between 0 and 1. */
function* random(seed: number) {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state / 2 ** 32;
  }
}

test.each([
  '{"instances":[[1,2]]}',
  '{"instances": [[0, -0], [1.5, -2.25]]}',
  '{"instances":\n[ [ 1 ,\t2 ] , [ 3 ,\r\n4 ] ] }\n',
  '{"instances":[[0.1,123456789012345]]}',
  '{"instances":[[1e3,1.5E-7],[2e+0,0e5]]}',
  '{"instances":[[0.30000001192092896,5e-324],[1e-5,1.1]]}'.replace('5e-324', '5e-3'),
  '{"instances":[[0.000000000000000000123,9007199254740991e-15]]}'.replace('9007199254740991', '900719925474099'),
])('%j is read as JSON.parse reads it', (text) => {
  expect(read(text)).toEqual(parsed(text));
});

test('whatever digits a client writes, the float is the one that JSON.parse gives', () => {
  const next = random(7);
  const value = () => {
    const float = (Number(next.next().value) - 0.5) * 10 ** Math.floor(Number(next.next().value) * 12 - 6);
    const digits = 1 + Math.floor(Number(next.next().value) * 20);
    const form = Math.floor(Number(next.next().value) * 4);
    if (form === 0) return String(float);
    if (form === 1) return String(Math.fround(float));
    return form === 2 ? float.toPrecision(digits) : float.toExponential(digits);
  };
  // In long bodies digits are read by fours.
  for (const behind of ['', ' '.repeat(300)]) {
    let taken = 0;
    for (let i = 0; i < 2000; i++) {
      const text = `{"instances":[[${value()},${value()},${value()}]]}${behind}`;
      const rows = read(text, 3);
      if (!rows) continue;
      taken += 1;
      expect([text, rows]).toEqual([text, parsed(text)]);
    }
    // Left to JSON.parse is allowed, but not the rule.
    expect(taken).toBeGreaterThan(1500);
  }
});

test('no other byte passes for a digit, at any place among digits that are read by fours', () => {
  for (let place = 0; place < 9; place++) {
    for (let byte = 0; byte < 256; byte++) {
      const body = Buffer.from(`{"instances":[[0.123456789,2]]}${' '.repeat(300)}`);
      body[body.indexOf('.') + 1 + place] = byte;
      const rows = readRows(body, plainForm(2), 4);
      const text = body.toString('latin1');
      if (rows) expect([text, rows]).toEqual([text, parsed(text)]);
      else expect(text).not.toMatch(/0\.\d{9},/);
    }
  }
});

test('halfway between two floats nothing is guessed', () => {
  // 1 + 2^-24 is the middle between 1 and the next float; a digit far behind decides.
  for (const text of ['1.000000059604644775390624', '1.000000059604644775390625', '1.0000000596046447753906251']) {
    const body = `{"instances":[[${text},0]]}`;
    const rows = read(body);
    if (rows) expect(rows).toEqual(parsed(body));
  }
  expect(read('{"instances":[[1.0000000596046447753906251,0]]}')).toBeUndefined();
});

test.each([
  '',
  '{"instances":',
  '{"instances":[]}',
  '{"instances":[[]]}',
  '{"instances":[[1]]}',
  '{"instances":[[1,2,3]]}',
  '{"instances":[[1,2],]}',
  '{"instances":[[1,2,]]}',
  '{"instances":[[1 2]]}',
  '{"instances":[[1,2]]}}',
  '{"instances":[[1,2]]',
  '{"instances":[[1,2]],"id":"x"}',
  '{"instances":[[01,2]]}',
  '{"instances":[[.5,2]]}',
  '{"instances":[[1.,2]]}',
  '{"instances":[[+1,2]]}',
  '{"instances":[[-,2]]}',
  '{"instances":[[1e,2]]}',
  '{"instances":[[1e+,2]]}',
  '{"instances":[[1e1000,2]]}',
  '{"instances":[[1e39,2]]}',
  '{"instances":[[1e-60,2]]}',
  '{"instances":[[NaN,2]]}',
  '{"instances":[[null,2]]}',
  '{"instances":[["1",2]]}',
  '{"instances":[[[1,2]]]}',
  '{"instances":[[1,2],[3,4],[5,6],[7,8],[9,10]]}',
  '{"instances":[[1\u00a0,2]]}',
  '{"instances":[[1\u0000,2]]}',
  '[[1,2]]',
])('%j is left to those who say what is wrong with it', (text) => {
  expect(read(text)).toBeUndefined();
});

/** A table of two columns: what is not within their bounds is somebody else's to judge. */
const table = tableForm({ low: Float64Array.of(0, -1e6), high: Float64Array.of(1, 1e6) }, ['a "b"', 'größe']);
const readTable = (text: string) => readRows(Buffer.from(text), table, 4);

test.each([
  ['{"instances":[[0.5,2],[1,-1e6]]}', [0.5, 2, 1, -1e6]],
  ['{"instances":[{"a \\"b\\"":0.5,"größe":2}]}', [0.5, 2]],
  ['{"instances": [ { "a \\"b\\"" : 0.5 , "größe" : 2 } , [1, 7] ] }', [0.5, 2, 1, 7]],
])('rows of a table are lists, or objects of its columns in their order: %j', (text, values) => {
  expect(readTable(text)).toEqual(Float32Array.from(values));
});

test.each([
  ['another order', '{"instances":[{"größe":2,"a \\"b\\"":0.5}]}'],
  ['a column missing', '{"instances":[{"a \\"b\\"":0.5}]}'],
  ['a column too many', '{"instances":[{"a \\"b\\"":0.5,"größe":2,"c":3}]}'],
  ['a column twice', '{"instances":[{"a \\"b\\"":0.5,"größe":2,"größe":3}]}'],
  ['another name', '{"instances":[{"a \\"b\\"":0.5,"größer":2}]}'],
  ['a name written in another way', '{"instances":[{"a \\"b\\"":0.5,"gr\\u00f6\\u00dfe":2}]}'],
  ['a name without a colon', '{"instances":[{"a \\"b\\"" 0.5,"größe":2}]}'],
  ['a null', '{"instances":[{"a \\"b\\"":null,"größe":2}]}'],
  ['no columns', '{"instances":[{}]}'],
  ['the end of an object for that of a list', '{"instances":[[0.5,2}]}'],
  ['the end of a list for that of an object', '{"instances":[{"a \\"b\\"":0.5,"größe":2]]}'],
  ['above its bound', '{"instances":[[1.000001,2]]}'],
  ['above its bound by less than a 32-bit float shows', '{"instances":[[1.00000000001,2]]}'],
  ['below its bound', '{"instances":[[-0.1,2]]}'],
])('%s is left to those who know what to make of it', (_, text) => {
  expect(readTable(text)).toBeUndefined();
});

test('only models that take rows of 32-bit floats have such a reader', () => {
  const body = Buffer.from('{"instances":[[1,2],[3,4]]}');
  const input = { name: 'x', datatype: 'FP32' as const, shape: [-1, 2] };
  const block = createBlockReader(serving({ inputs: [input] }))(body);
  expect(block).toEqual({ rows: 2, key: '2', tensors: [{ dims: [2, 2], data: Float32Array.of(1, 2, 3, 4) }] });
  for (const other of [
    { ...input, datatype: 'FP64' as const },
    { ...input, shape: [-1, -1] },
    { ...input, shape: [2, 2] },
  ]) {
    expect(createBlockReader(serving({ inputs: [other] }))(body)).toBeUndefined();
  }
  expect(createBlockReader(serving({ inputs: [input, { ...input, name: 'y' }] }))(body)).toBeUndefined();
});

test('the block of a table is the one that its encoder makes, so that both kinds of requests share runs', async () => {
  const contract = serving();
  const names = contract.inputs[0]?.features?.map(({ name }) => name) ?? [];
  const rows = [names.map((_, i) => i + 0.1), names.map((_, i) => 2 * i)];
  const objects = rows.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i]])));
  const reader = createBlockReader(contract);
  const encode = createEncoder(contract, () => {});
  for (const instances of [rows, objects]) {
    const block = reader(Buffer.from(JSON.stringify({ instances })));
    expect([block]).toEqual(await encode(instances));
  }
});

const textOf = ({ bytes, start, end }: ByteSpan) => bytes.toString('utf8', start, end);

test('the instances of a body can be had as they were written', () => {
  expect(textOf(instancesJson(Buffer.from('{"instances": [[1.50, 2e0]] }')))).toBe(' [[1.50, 2e0]] ');
  expect(textOf(instancesJson(Buffer.from('{"instances":[{"größe":1}]}')))).toBe('[{"größe":1}]');
  expect(textOf(instancesJson(Buffer.from('{"instances":[[1,\n2]]} \r')))).toBe('[[1,\n2]]');
});

test('a client cannot tell which way its rows were read', async () => {
  const service = await boot({
    config: (config) => ({
      ...config,
      golden: undefined,
      serving: { ...config.serving, inputs: config.serving.inputs.map(({ features: _, ...input }) => input) },
    }),
  });
  const ask = async (text: string) => {
    const response = await service.post('/predict', text, { 'x-request-id': 'same' });
    return [response.status, await bodyOf(response)];
  };
  const rows = [
    [5.1, 3.5, 1.4, 0.2],
    [6.7, 3.0, 5.2, 2.3],
  ];
  const read = await ask(JSON.stringify({ instances: rows }));
  expect(read[0]).toBe(200);
  expect(await ask(JSON.stringify({ instances: rows.map((row) => ({ float_input: row })) }))).toEqual(read);
  // What is wrong is said as ever, with its place.
  expect(await ask('{"instances":[[1,2,3,4],[1,2,3]]}')).toMatchObject([400, { code: 'INVALID_INPUT' }]);
  expect(await ask('{"instances":[[1,2,null,4]]}')).toMatchObject([
    400,
    { error: expect.stringContaining('instances[0].float_input[2]') },
  ]);
  expect(await ask('{"instances":[[1,2,3,4]')).toMatchObject([400, { code: 'INVALID_JSON' }]);
  await service.close();
});

test('of a table neither: lists, objects in their order and in any other are answered alike, and what is out of range is counted', async () => {
  const service = await boot();
  const ask = async (instance: unknown) => {
    const response = await service.post('/predict', { instances: [instance] }, { 'x-request-id': 'same' });
    return [response.status, await bodyOf(response)];
  };
  const entries = [
    ['sepal_length', 5.1],
    ['sepal_width', 3.5],
    ['petal_length', 1.4],
    ['petal_width', 0.2],
  ] as const;
  const list = await ask(entries.map(([, value]) => value));
  expect(list[0]).toBe(200);
  expect(await ask(Object.fromEntries(entries))).toEqual(list);
  expect(await ask(Object.fromEntries(entries.toReversed()))).toEqual(list);
  expect((await ask([5.1, 1000, 1.4, 0.2]))[0]).toBe(200);
  const counted = /^ml_serving_input_invalid_total\{feature="sepal_width",reason="out_of_range"\} (\d+)$/m;
  expect(counted.exec(await service.metrics.registry.metrics())?.[1]).toBe('1');
  await service.close();
});

test('without a batch axis an instance is no row: the body is left to the encoder', () => {
  const model = { ...serving().model, type: 'custom' as const };
  const inputs = [{ name: 'x', datatype: 'FP32', shape: [-1, 2] }] as const;
  const body = Buffer.from('{"instances":[[1,2],[3,4]]}');
  const whole = [{ name: 'y', datatype: 'FP32', shape: [-1, 2], perRow: false }] as const;
  expect(createBlockReader(serving({ model, inputs }))(body)?.rows).toBe(2);
  expect(createBlockReader(serving({ model, inputs, outputs: whole }))(body)).toBeUndefined();
});
