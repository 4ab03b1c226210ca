import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { encode } from '../../generators/onnx/encode.ts';
import { ATTRIBUTE, MODEL, TENSOR } from '../../generators/onnx/schema.ts';
import { bytesSource, type Source, withFile } from '../../generators/onnx/source.ts';
import { readModel, summarise } from '../../generators/onnx/summary.ts';

/** A source that counts what is read of it. */
function counting(source: Source): Source & { bytesRead: number } {
  const counted = {
    ...source,
    bytesRead: 0,
    read(offset: number, length: number) {
      const bytes = source.read(offset, length);
      counted.bytesRead += bytes.length;
      return bytes;
    },
  };
  return counted;
}

const field = (no: number, payload: Uint8Array) =>
  new BinaryWriter().tag(no, WireType.LengthDelimited).bytes(payload).finish();
const GIGABYTE = 1024 ** 3;

describe('what is read of a large model', () => {
  it('is its structure, not its gigabyte of weights', () => {
    const folder = mkdtempSync(join(tmpdir(), 'large-'));
    const path = join(folder, 'large.onnx');
    const length = (no: number, size: number) =>
      new BinaryWriter().tag(no, WireType.LengthDelimited).uint32(size).finish();
    const tensorHead = encode(TENSOR, { dims: [BigInt(GIGABYTE / 4)], dataType: 1, name: 'weight' });
    const rawHead = length(9, GIGABYTE);
    const tensorSize = tensorHead.length + rawHead.length + GIGABYTE;
    const output = field(12, new BinaryWriter().tag(1, WireType.LengthDelimited).string('y').finish());
    const tensor = length(5, tensorSize);
    const start = Buffer.concat([
      encode(MODEL, { irVersion: 8 }),
      length(7, tensor.length + tensorSize + output.length),
    ]);
    const before = Buffer.concat([start, tensor, tensorHead, rawHead]);
    const after = Buffer.concat([output, encode(MODEL, { operatorSets: [{ version: 17 }] })]);
    const file = openSync(path, 'w');
    writeSync(file, before);
    // A hole: the gigabyte takes no room on the disk.
    ftruncateSync(file, before.length + GIGABYTE);
    writeSync(file, after, 0, after.length, before.length + GIGABYTE);
    closeSync(file);

    withFile(path, (whole) => {
      const source = counting(whole);
      const summary = summarise(source, readModel(source));
      expect(summary.weights).toEqual({ tensors: 1, parameters: GIGABYTE / 4 });
      expect(summary.bytes).toBeGreaterThan(GIGABYTE);
      expect(source.bytesRead).toBeLessThan(100_000);
    });
    rmSync(folder, { recursive: true });
  });

  it('is not the millions of numbers of a forest', () => {
    const floats = Buffer.alloc(5 * 2_000_000);
    for (let at = 0; at < floats.length; at += 5) floats[at] = (7 << 3) | WireType.Bit32;
    const attribute = field(5, Buffer.concat([encode(ATTRIBUTE, { name: 'nodes_values' }), floats]));
    const node = field(1, Buffer.concat([attribute, attribute, attribute, attribute]));
    const output = field(12, new BinaryWriter().tag(1, WireType.LengthDelimited).string('y').finish());
    const graph = field(7, Buffer.concat([node, output]));
    const model = Buffer.concat([
      encode(MODEL, { irVersion: 8 }),
      graph,
      encode(MODEL, { operatorSets: [{ version: 17 }] }),
    ]);
    const source = counting(bytesSource(model));
    readModel(source);
    expect(source.bytesRead).toBeLessThan(300_000);
  });
});
