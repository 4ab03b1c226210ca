import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { type Graph, MODEL, type Span } from './schema.ts';
import type { Source } from './source.ts';

/** Bytes to be put in the place of a span of the original. */
export interface Patch {
  readonly span: Span;
  readonly bytes: Uint8Array;
}

/** A part of a patched model: new bytes, or a range of the original. */
type Segment = Uint8Array | { readonly start: number; readonly length: number };

/** The model with patches of its graph: all other bytes are those of the original, and are read from it when they are asked for. */
export function patchedSource(source: Source, graph: Graph, patches: readonly Patch[]): Source {
  const segments = segmentsOf(source, graph, patches).filter(({ length }) => length > 0);
  // Where each segment begins in the patched model, and where the last one ends.
  const starts = [0];
  for (const { length } of segments) starts.push((starts.at(-1) ?? 0) + length);
  const size = starts.at(-1) ?? 0;
  return {
    name: source.name,
    size,
    read(offset, length) {
      const end = Math.min(offset + length, size);
      const bytes = new Uint8Array(Math.max(end - offset, 0));
      for (let at = segmentAt(starts, offset); (starts[at] ?? size) < end; at++) {
        const start = starts[at] ?? 0;
        const from = Math.max(offset - start, 0);
        const to = Math.min(end, starts[at + 1] ?? size) - start;
        bytes.set(readSegment(source, segments[at] as Segment, from, to), start + from - offset);
      }
      return bytes;
    },
  };
}

function segmentsOf(source: Source, graph: Graph, patches: readonly Patch[]): Segment[] {
  const { tag, start, end } = graph.at as Span;
  const pieces: Segment[] = [];
  let at = start;
  for (const { span, bytes } of [...patches].sort((a, b) => a.span.tag - b.span.tag)) {
    pieces.push(range(at, span.tag), bytes);
    at = span.end;
  }
  pieces.push(range(at, end));
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const head = new BinaryWriter().tag(MODEL.fields.graph.no, WireType.LengthDelimited).uint32(length).finish();
  return [range(0, tag), head, ...pieces, range(end, source.size)];
}

function range(start: number, end: number): Segment {
  return { start, length: end - start };
}

function readSegment(source: Source, segment: Segment, from: number, to: number): Uint8Array {
  return segment instanceof Uint8Array ? segment.subarray(from, to) : source.read(segment.start + from, to - from);
}

/** The last segment that begins at or before an offset. */
function segmentAt(starts: readonly number[], offset: number): number {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** A field that holds a message. */
export function field(no: number, bytes: Uint8Array): Uint8Array {
  return new BinaryWriter().tag(no, WireType.LengthDelimited).bytes(bytes).finish();
}
