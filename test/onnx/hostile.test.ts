import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { encode } from '../../generators/onnx/encode.ts';
import { takeIn } from '../../generators/onnx/intake.ts';
import { type Graph, MODEL } from '../../generators/onnx/schema.ts';
import { bytesSource } from '../../generators/onnx/source.ts';
import { readModel } from '../../generators/onnx/summary.ts';
import { modelBytes, modelPath, refusal } from './fixtures.ts';

const text = (content: string) => new TextEncoder().encode(content);

function model(graph: Uint8Array, tail: Uint8Array = encode(MODEL, { operatorSets: [{ version: 17 }] })): Uint8Array {
  const head = new BinaryWriter().tag(1, WireType.Varint).int32(8).tag(7, WireType.LengthDelimited).bytes(graph);
  return Buffer.concat([head.finish(), tail]);
}

describe('files that are no ONNX models', () => {
  it.each([
    ['nothing', text(''), /is empty/],
    ['prose', text('# A readme\n\nabout models'), /is no ONNX model/],
    ['a Git LFS pointer', text('version https://git-lfs.github.com/spec/v1\n'), /Git LFS pointer/],
    ['a page', text('<!DOCTYPE html><html></html>'), /HTML/],
    ['a PyTorch archive', text('PK\x03\x04 archive/data.pkl'), /ZIP archive/],
    ['a pickle', new Uint8Array([0x80, 0x04, 0x95, 0x10]), /pickle/],
    ['an .ort file', text('\x1c\x00\x00\x00ORTM'), /own format/],
    ['zeros', new Uint8Array(100), /no ONNX model/],
  ])('%s', (_, bytes, message) => {
    const error = refusal(() => takeIn(bytes));
    expect(error.code).toBe('MODEL_NOT_ONNX');
    expect(error.message).toMatch(message);
    expect(error.hint).not.toBe('');
  });

  it('a path without a file, and a folder', () => {
    expect(refusal(() => takeIn(modelPath('no-such-model'))).code).toBe('MODEL_NOT_FOUND');
    expect(refusal(() => takeIn('generators')).code).toBe('MODEL_UNREADABLE');
  });

  it('a model without a graph, operator set or output', () => {
    const graph = { outputs: [{ name: 'y' }] };
    for (const [draft, message] of [
      [{ irVersion: 8 }, /no graph/],
      [{ irVersion: 8, graph }, /no operator set/],
      [{ irVersion: 8, graph: { name: 'g' }, operatorSets: [{ version: 17 }] }, /no outputs/],
      [{ graph, operatorSets: [{ version: 17 }] }, /version of its format/],
    ] as const) {
      expect(refusal(() => takeIn(encode(MODEL, draft))).message).toMatch(message);
    }
  });

  it('two outputs of one name', () => {
    const draft = { irVersion: 8, graph: { outputs: [{ name: 'y' }, { name: 'y' }] }, operatorSets: [{ version: 17 }] };
    expect(refusal(() => takeIn(encode(MODEL, draft))).message).toContain('"y"');
  });
});

describe('damaged and hostile bytes', () => {
  it('a file cut off anywhere in its graph is called cut off, with the byte', () => {
    const bytes = modelBytes('zipmap-int/model');
    const graph = readModel(bytesSource(bytes)).graph as Graph;
    const { tag = 0, end = 0 } = graph.at ?? {};
    const payload = graph.at?.start ?? 0;
    for (let length = payload; length < end; length += 7) {
      const error = refusal(() => takeIn(bytes.subarray(0, length)));
      expect(error.code).toBe('MODEL_TRUNCATED');
      expect(error.message).toContain(`cut off after ${length} bytes: at byte ${tag}`);
    }
  });

  it('a length beyond the end of its message', () => {
    const graph = new BinaryWriter().tag(1, WireType.LengthDelimited).uint32(0xffff_fff0).finish();
    const error = refusal(() => takeIn(model(graph)));
    expect(error.code).toBe('MODEL_NOT_ONNX');
    expect(error.message).toMatch(/at byte 4 field 1 has 4294967280 bytes, but only 0 follow/);
  });

  it('a length and a number of more than 64 bits', () => {
    const endless = new Uint8Array(11).fill(0xff);
    const length = Buffer.concat([new BinaryWriter().tag(1, WireType.LengthDelimited).finish(), endless]);
    expect(refusal(() => takeIn(model(length))).message).toMatch(/more than 64 bits/);
    const huge = new BinaryWriter()
      .tag(1, WireType.LengthDelimited)
      .uint64(2n ** 63n)
      .finish();
    expect(refusal(() => takeIn(model(huge))).message).toMatch(/has Infinity bytes/);
  });

  it('groups, field number 0 and a wrong wire type', () => {
    expect(refusal(() => takeIn(model(new Uint8Array([0x0b])))).message).toMatch(/wire type 3/);
    expect(refusal(() => takeIn(model(new Uint8Array([0x00, 0x01])))).message).toMatch(/valid number/);
    expect(refusal(() => takeIn(model(new Uint8Array([0x10, 0x01])))).message).toMatch(
      /GraphProto.name has wire type 0/,
    );
  });

  it('two graphs', () => {
    const second = new BinaryWriter().tag(7, WireType.LengthDelimited).bytes(new Uint8Array(0)).finish();
    expect(refusal(() => takeIn(model(new Uint8Array(0), second))).message).toMatch(/two of graph/);
  });

  it('graphs nested a thousand deep', () => {
    let graph = new Uint8Array(0);
    for (let depth = 0; depth < 1000; depth++) {
      const attribute = new BinaryWriter().tag(6, WireType.LengthDelimited).bytes(graph).finish();
      const node = new BinaryWriter().tag(5, WireType.LengthDelimited).bytes(attribute).finish();
      graph = new BinaryWriter().tag(1, WireType.LengthDelimited).bytes(node).finish();
    }
    const error = refusal(() => takeIn(model(graph)));
    expect([error.code, error.message]).toEqual(['MODEL_UNSUPPORTED', 'the model nests messages more than 100 deep.']);
  });

  it('three million empty nodes', () => {
    const nodes = new Uint8Array(6_000_000);
    for (let at = 0; at < nodes.length; at += 2) nodes[at] = 0x0a;
    expect(refusal(() => takeIn(model(nodes))).message).toMatch(/more than 2000000 things/);
  });

  it('a name of a hundred megabytes', () => {
    const graph = new BinaryWriter().tag(2, WireType.LengthDelimited).bytes(new Uint8Array(100_000_000)).finish();
    expect(refusal(() => takeIn(model(graph))).message).toMatch(/bytes of text/);
  });

  it('a number that is none of the format', () => {
    const draft = { irVersion: 2 ** 53, graph: {} };
    expect(refusal(() => takeIn(encode(MODEL, draft))).message).toMatch(/9007199254740992/);
  });
});
