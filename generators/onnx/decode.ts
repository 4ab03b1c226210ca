import { type Cursor, cursorOver, readBytes, signed } from './cursor.ts';
import { unsupported, wireFault } from './faults.ts';
import type { Message, Span } from './schema.ts';
import type { Source } from './source.ts';
import { type FieldHead, readHead, readNumber, Wire, WireFault } from './wire.ts';

/** Bounds on what a file may make us do. Real models, those of billions of weights too, stay far below them. */
const LIMITS = {
  /** As deep as protobuf's own parsers go. */
  depth: 100,
  /** Values kept in memory. */
  values: 2_000_000,
  textBytes: 64 * 1024 * 1024,
  /** Fields stepped over unread. */
  steps: 200_000_000,
};

/** One empty list for all: most lists of most nodes are empty, and there may be millions. */
const NONE: readonly never[] = Object.freeze([]);

type Value = Record<string, unknown>;
type AnyMessage = Message<object>;
type Kind = 'int' | 'float' | 'bigint' | 'text' | 'bytes' | (() => AnyMessage);

interface KnownField {
  readonly key: string;
  readonly kind: Kind;
  readonly many: boolean;
}

interface Decoding {
  readonly source: Source;
  readonly cursor: Cursor;
  values: number;
  textBytes: number;
  steps: number;
}

/** Reads a message with all it contains, or the part of the source that is one; what the schema does not list is stepped over. */
export function decode<T extends object>(source: Source, message: Message<T>, span?: Span): T {
  const state: Decoding = { source, cursor: cursorOver(source), values: 0, textBytes: 0, steps: 0 };
  const root: Value = {};
  try {
    readMessage(state, message as unknown as AnyMessage, span?.start ?? 0, span?.end ?? source.size, 0, root);
    return root as T;
  } catch (error) {
    // The format's version stands first in every ONNX file: with it read, we know that it is one.
    throw error instanceof WireFault ? wireFault(source, error, root['irVersion'] !== undefined) : error;
  }
}

function readMessage(
  state: Decoding,
  message: AnyMessage,
  start: number,
  limit: number,
  depth: number,
  into: Value,
): void {
  if (depth > LIMITS.depth) throw unsupported(state.source, `nests messages more than ${LIMITS.depth} deep`);
  const fields = fieldsOf(message);
  for (const field of fields.values()) if (field.many) into[field.key] = NONE;
  const head: FieldHead = { no: 0, wire: 0, tag: 0, start: 0, end: start };
  while (head.end < limit) {
    readHead(state.cursor, head.end, limit, head);
    if (message.stopAt?.(into as never, head.no)) return;
    const field = fields.get(head.no);
    if (field) readField(state, message, field, head, depth, into);
    else if (++state.steps > LIMITS.steps) throw unsupported(state.source, `has more than ${LIMITS.steps} fields`);
  }
}

function readField(
  state: Decoding,
  message: AnyMessage,
  field: KnownField,
  head: FieldHead,
  depth: number,
  into: Value,
): void {
  const { kind, key, many } = field;
  const packed = many && head.wire === Wire.LENGTH && (kind === 'int' || kind === 'bigint');
  if (!packed) {
    if (head.wire !== wireOf(kind)) throw new WireFault(`${message.name}.${key} has wire type ${head.wire}`, head.tag);
    if (!many && typeof kind === 'function' && into[key])
      throw new WireFault(`${message.name} has two of ${key}`, head.tag);
    keep(state, into, key, many, readValue(state, kind, head, depth));
    return;
  }
  for (let at = head.start; at < head.end; ) {
    at = readNumber(state.cursor, at, head.end);
    keep(state, into, key, many, integer(state, kind));
  }
}

function keep(state: Decoding, into: Value, key: string, many: boolean, value: unknown): void {
  if (++state.values > LIMITS.values) throw unsupported(state.source, `describes more than ${LIMITS.values} things`);
  if (!many) into[key] = value;
  else if (into[key] === NONE) into[key] = [value];
  else (into[key] as unknown[]).push(value);
}

function readValue(state: Decoding, kind: Kind, { tag, start, end }: FieldHead, depth: number): unknown {
  if (typeof kind === 'function') {
    const child: Value = { at: { tag, start, end } };
    readMessage(state, kind(), start, end, depth + 1, child);
    return child;
  }
  if (kind === 'int' || kind === 'bigint') return integer(state, kind);
  if (kind !== 'float') {
    state.textBytes += end - start;
    if (state.textBytes > LIMITS.textBytes)
      throw unsupported(state.source, `has more than ${LIMITS.textBytes} bytes of text`);
  }
  const bytes = readBytes(state.cursor, start, end);
  if (kind === 'float') return new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getFloat32(0, true);
  return kind === 'text' ? utf8.decode(bytes) : bytes.slice();
}

/** The number that the cursor has just read. */
function integer(state: Decoding, kind: Kind): number | bigint {
  const value = signed(state.cursor);
  if (kind === 'bigint') return value;
  if (BigInt.asIntN(53, value) !== value)
    throw unsupported(state.source, `has the number ${value} where a small one belongs`);
  return Number(value);
}

function wireOf(kind: Kind): number {
  if (kind === 'int' || kind === 'bigint') return Wire.VARINT;
  return kind === 'float' ? Wire.BIT32 : Wire.LENGTH;
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
const tables = new WeakMap<AnyMessage, ReadonlyMap<number, KnownField>>();

function fieldsOf(message: AnyMessage): ReadonlyMap<number, KnownField> {
  let table = tables.get(message);
  if (!table) {
    const entries = Object.entries(message.fields) as [string, { no: number; kind: Kind; many?: boolean }][];
    table = new Map(entries.map(([key, { no, kind, many = false }]) => [no, { key, kind, many }]));
    tables.set(message, table);
  }
  return table;
}
