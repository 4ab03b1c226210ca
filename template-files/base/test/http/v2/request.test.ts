import type { InputSpec, OutputSpec } from '../../../src/contract/serving.ts';
import { readInferRequest } from '../../../src/http/v2/request.ts';
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

test('half floats come as bytes alone', () => {
  expect(() => read({ inputs: [a, b], outputs: [{ name: 'q' }] })).toThrow(/output "q": FP16 has no JSON form/);
  const asBytes = { name: 'q', parameters: { binary_data: true } };
  expect(read({ inputs: [a, b], outputs: [asBytes] }).outputs).toEqual([{ index: 1, spec: OUTPUTS[1], binary: true }]);
});
