import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { type Graph, MODEL, type Span } from './schema.ts';
import type { Source } from './source.ts';

/** Bytes to be put in the place of a span of the original. */
export interface Patch {
  readonly span: Span;
  readonly bytes: Uint8Array;
}

/** The model with patches of its graph: all other bytes are copied as they are. */
export function applyPatches(source: Source, graph: Graph, patches: readonly Patch[]): Uint8Array {
  const whole = source.read(0, source.size);
  const { tag, start, end } = graph.at as Span;
  const pieces: Uint8Array[] = [];
  let at = start;
  for (const { span, bytes } of [...patches].sort((a, b) => a.span.tag - b.span.tag)) {
    pieces.push(whole.subarray(at, span.tag), bytes);
    at = span.end;
  }
  pieces.push(whole.subarray(at, end));
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const head = new BinaryWriter().tag(MODEL.fields.graph.no, WireType.LengthDelimited).uint32(length).finish();
  return Buffer.concat([whole.subarray(0, tag), head, ...pieces, whole.subarray(end)]);
}

/** A field that holds a message. */
export function field(no: number, bytes: Uint8Array): Uint8Array {
  return new BinaryWriter().tag(no, WireType.LengthDelimited).bytes(bytes).finish();
}
