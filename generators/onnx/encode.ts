import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { Message } from './schema.ts';

/** A message to be written: what is left out is not written. */
export type Draft<T> = T extends Uint8Array | string | number | bigint
  ? T
  : T extends readonly (infer E)[]
    ? readonly Draft<E>[]
    : { readonly [K in Exclude<keyof T, 'at'>]?: Draft<T[K]> };

interface AnyField {
  readonly no: number;
  readonly kind: 'int' | 'float' | 'bigint' | 'text' | 'bytes' | (() => Message<never>);
}

/** The bytes of a message, fields in the order of the schema. */
export function encode<T>(message: Message<T>, draft: Draft<T>): Uint8Array {
  const writer = new BinaryWriter();
  writeFields(writer, message as Message<never>, draft as object);
  return writer.finish();
}

function writeFields(writer: BinaryWriter, message: Message<never>, draft: object): void {
  for (const [key, field] of Object.entries(message.fields) as [string, AnyField][]) {
    const value = (draft as Record<string, unknown>)[key];
    const values: readonly unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value];
    for (const one of values) writeField(writer, field, one as never);
  }
}

function writeField(writer: BinaryWriter, { no, kind }: AnyField, value: never): void {
  if (kind === 'int' || kind === 'bigint') writer.tag(no, WireType.Varint).int64(value);
  else if (kind === 'float') writer.tag(no, WireType.Bit32).float(value);
  else if (kind === 'text') writer.tag(no, WireType.LengthDelimited).string(value);
  else if (kind === 'bytes') writer.tag(no, WireType.LengthDelimited).bytes(value);
  else {
    writer.tag(no, WireType.LengthDelimited).fork();
    writeFields(writer, kind(), value);
    writer.join();
  }
}
