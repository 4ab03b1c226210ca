import type { InputSpec, OutputSpec } from '../../../runtime/contract/serving.ts';
import { createJsonParser } from '../../../runtime/http/exact-json.ts';
import { readInferRequest } from '../../../runtime/http/v2/request.ts';
import { serving } from '../../helpers/serving.ts';

/* A model of two inputs and two outputs. */

const INPUTS: InputSpec[] = [
  { name: 'a', datatype: 'FP32', shape: [-1, 2] },
  { name: 'b', datatype: 'BYTES', shape: [-1] },
];
const OUTPUTS: OutputSpec[] = [
  { name: 'p', datatype: 'FP32', shape: [-1, 2] },
  { name: 'q', datatype: 'FP16', shape: [-1] },
];
const a = { name: 'a', datatype: 'FP32', shape: [2, 2], data: [1, 2, 3, 4] };
const b = { name: 'b', datatype: 'BYTES', shape: [2], data: ['x', 'y'] };
const OUTPUT = { name: 'p' };

function read(json: object, bytes?: Buffer) {
  const contract = serving({ inputs: INPUTS, outputs: OUTPUTS });
  const head = Buffer.from(JSON.stringify({ outputs: [OUTPUT], ...json }));
  const parse = (body: Buffer) => JSON.parse(body.toString());
  return bytes
    ? readInferRequest(Buffer.concat([head, bytes]), head.length, parse, contract)
    : readInferRequest(head, undefined, parse, contract);
}

test('inputs are taken by their names, whatever their order', () => {
  const { block, outputs } = read({ inputs: [b, a] });
  expect(block).toEqual({
    rows: 2,
    tensors: [
      { dims: [2, 2], data: Float32Array.of(1, 2, 3, 4) },
      { dims: [2], data: ['x', 'y'] },
    ],
    key: '2,',
  });
  expect(outputs).toEqual([{ index: 0, spec: OUTPUTS[0], binary: false }]);
});

test('the bytes behind the JSON are those of its tensors in their order, beside others in JSON', () => {
  const strings = Buffer.from('\x01\0\0\0x\x01\0\0\0y', 'latin1');
  const floats = Buffer.from(Float32Array.of(1, 2, 3, 4).buffer);
  const behind = ({ data: _, ...tensor }: { data: unknown }, size: number) => ({
    ...tensor,
    parameters: { binary_data_size: size },
  });
  const expected = read({ inputs: [a, b] }).block;
  const [wireA, wireB] = [behind(a, floats.length), behind(b, strings.length)];
  expect(read({ inputs: [wireB, wireA] }, Buffer.concat([strings, floats])).block).toEqual(expected);
  expect(read({ inputs: [a, wireB] }, strings).block).toEqual(expected);
});

test('all inputs have the same number of rows', () => {
  const one = { ...b, shape: [1], data: ['x'] };
  expect(() => read({ inputs: [a, one] })).toThrow(
    expect.objectContaining({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('input "b": expected 2 rows, as in "a", found 1'),
    }),
  );
});

test('a timeout is in microseconds', () => {
  expect(read({ inputs: [a, b], parameters: { timeout: 1500 } }).timeoutMs).toBe(1.5);
  expect(read({ inputs: [a, b] }).timeoutMs).toBeUndefined();
});

test.each(['sequence_id', 'sequence_start', 'sequence_end', 'shared_memory_region', 'classification'])(
  '%s would mean another thing: it is refused wherever it stands',
  (name) => {
    const parameters = { [name]: 1 };
    for (const json of [
      { inputs: [a, b], parameters },
      { inputs: [a, { ...b, parameters }] },
      { inputs: [a, b], outputs: [{ ...OUTPUT, parameters }] },
    ]) {
      expect(() => read(json)).toThrow(
        expect.objectContaining({
          code: 'INVALID_REQUEST',
          message: expect.stringContaining(`parameters.${name} is not supported`),
        }),
      );
    }
  },
);

test('half floats come as numbers or as bytes', () => {
  for (const binary of [false, true]) {
    const asked = { name: 'q', parameters: { binary_data: binary } };
    expect(read({ inputs: [a, b], outputs: [asked] }).outputs).toEqual([{ index: 1, spec: OUTPUTS[1], binary }]);
  }
  expect(read({ inputs: [a, b], outputs: [{ name: 'q' }] }).outputs).toEqual([
    { index: 1, spec: OUTPUTS[1], binary: false },
  ]);
});

const HALVES: InputSpec = { name: 'h', datatype: 'FP16', shape: [-1, 3] };

/** The body of one input, read by a contract of its own. */
function readOne(input: InputSpec, data: string, more = ''): unknown {
  const contract = serving({ inputs: [input], outputs: OUTPUTS });
  const shape = `[1,${input.shape[1]}]`;
  const body = `{"inputs":[{"name":"${input.name}","datatype":"${input.datatype}","shape":${shape},"data":${data}}]${more}}`;
  return readInferRequest(Buffer.from(body), undefined, createJsonParser(contract), contract).block.tensors[0]?.data;
}

test('half floats in JSON are rounded to the nearest, and refused beyond their range', () => {
  expect(readOne(HALVES, '[0.1, -65504, 1]')).toEqual(Uint16Array.of(0x2e66, 0xfbff, 0x3c00));
  expect(() => readOne(HALVES, '[0, 65520, 1]')).toThrow(
    /inputs\[0\].data\[1\]: expected a number from -65504 to 65504/,
  );
  expect(() => readOne(HALVES, '[0, "NaN", 1]')).toThrow(/found "NaN"/);
  const special = { ...HALVES, allowNonFinite: true };
  expect(readOne(special, '["NaN", "-Infinity", 1]')).toEqual(Uint16Array.of(0x7e00, 0xfc00, 0x3c00));
});

/* Of a model that takes 64-bit integers, no other input is read by their rules. */

const WIDE: InputSpec[] = [
  { name: 'i', datatype: 'INT64', shape: [-1] },
  { name: 'd', datatype: 'FP64', shape: [-1] },
  { name: 's', datatype: 'BYTES', shape: [-1] },
];

function readWide(values: Readonly<Record<string, string>>, more = '') {
  const contract = serving({ inputs: WIDE, outputs: OUTPUTS });
  const texts = WIDE.map(
    ({ name, datatype }) =>
      `{"name":"${name}","datatype":"${datatype}","shape":[1],"data":[${values[name] ?? (name === 's' ? '""' : '1')}]}`,
  );
  const body = Buffer.from(`{"inputs":[${texts.join(',')}]${more}}`);
  return readInferRequest(body, undefined, createJsonParser(contract), contract);
}

test('each number is read by the input that it belongs to', () => {
  const { block } = readWide({ i: '9007199254740993', d: '9007199254740993', s: '"9007199254740993"' });
  expect(block.tensors.map(({ data }) => data)).toEqual([
    BigInt64Array.of(9007199254740993n),
    Float64Array.of(9007199254740992),
    ['9007199254740993'],
  ]);
  for (const number of ['1234567890123456', '9007199254740993', '123456789012345678901234567890']) {
    expect(() => readWide({ s: number })).toThrow(/inputs\[2\].data\[0\]: expected a string .*found [19]/);
  }
  expect(() => readWide({ i: '9223372036854775808' })).toThrow(/found 9223372036854775808$/);
});

test('so are parameters', () => {
  const timeout = (value: string) => readWide({}, `,"parameters":{"timeout":${value}}`).timeoutMs;
  expect([timeout('1234567890123456'), timeout('9007199254740993')]).toEqual([1234567890123.456, 9007199254740.992]);
  expect(() => timeout('"1234567890123456"')).toThrow(/found "1234567890123456"/);
  expect(() => timeout('-9007199254740993')).toThrow(/found -9007199254740993/);
  expect(() => readWide({}, ',"id":9007199254740993')).toThrow(/id: expected a string .* found 9007199254740993/);
});

test('what is said of a request is quoted once', () => {
  const { message } = error(() => read({ inputs: [a, a] }));
  expect(message).toBe('inputs[1].name: expected each input once, found "a" again');
  expect(error(() => read({ inputs: [a, b], outputs: [OUTPUT, OUTPUT] })).message).toBe(
    'outputs: expected each output once, found "p" again',
  );
  expect(error(() => read({ inputs: [{ ...a, parameters: { binary_data_size: 1 } }] })).message).toBe(
    'inputs[0]: expected data or binary_data_size, found both',
  );
});

function error(act: () => unknown): Error {
  try {
    act();
  } catch (thrown) {
    return thrown as Error;
  }
  throw new Error('nothing was thrown');
}
