import { isUtf8 } from 'node:buffer';
import type { InputSpec } from '../../contract/serving.ts';
import { inputError, inputMismatch, ServiceError } from '../../errors.ts';
import { isServable, KINDS, type TensorData } from '../../inference/datatypes.ts';

/** The protocol's binary tensors: little-endian, without padding, as every platform that the runtime is built for. */

/** Hands out the bytes behind the JSON, tensor by tensor. */
export interface BinaryReader {
  /** The next tensor: `size` bytes that must hold exactly `count` elements. */
  read(size: number, count: number, spec: InputSpec, where: string): TensorData;
  /** Throws unless everything that was sent has been asked for. */
  end(): void;
}

/**
 * @param bytes those behind the JSON; tensors are read in the order in which they are asked for
 * `read` throws INVALID_INPUT where too few are left or they are not `count` elements of the datatype, `end` INVALID_REQUEST.
 */
export function createBinaryReader(bytes: Buffer): BinaryReader {
  let offset = 0;
  return {
    read(size, count, spec, where) {
      const left = bytes.length - offset;
      if (size > left) throw inputError(where, `${size} bytes behind the JSON (binary_data_size)`, left);
      const part = bytes.subarray(offset, offset + size);
      offset += size;
      return decodeBytes(part, count, spec, where);
    },
    end() {
      const surplus = bytes.length - offset;
      if (surplus > 0)
        throw new ServiceError('INVALID_REQUEST', `the body: ${surplus} bytes more than its tensors have`);
    },
  };
}

/** Elements of a tensor from exactly their bytes. */
export function decodeBytes(part: Buffer, count: number, spec: InputSpec, where: string): TensorData {
  const kind = KINDS[spec.datatype];
  if (spec.datatype === 'BYTES') return decodeStrings(part, count, where);
  if (part.length !== count * kind.bytes) throw inputError(where, `${count * kind.bytes} bytes`, part.length);
  const data = kind.create(count) as Exclude<TensorData, string[]>;
  // The body's bytes may start anywhere; a typed array of its own is aligned.
  new Uint8Array(data.buffer).set(part);
  if (spec.datatype === 'BOOL') {
    const index = (data as Uint8Array).findIndex((byte) => byte > 1);
    if (index >= 0) throw inputError(`${where}[${index}]`, 'a byte 0 or 1', data[index]);
  }
  if (kind.toNumber && !spec.allowNonFinite) {
    const floats = data as Float32Array;
    for (let i = 0; i < floats.length; i++) {
      const value = kind.toNumber(floats[i] as number);
      if (!Number.isFinite(value)) throw inputError(`${where}[${i}]`, 'a finite number', value);
    }
  }
  return data;
}

function decodeStrings(part: Buffer, count: number, where: string): string[] {
  const strings: string[] = [];
  let offset = 0;
  while (offset < part.length) {
    const index = strings.length;
    const length = offset + 4 <= part.length ? part.readUInt32LE(offset) : Number.POSITIVE_INFINITY;
    const end = offset + 4 + length;
    if (end > part.length)
      throw inputMismatch(`${where}[${index}]`, 'a length and as many bytes', `${part.length - offset} bytes`);
    strings.push(decodeString(part.subarray(offset + 4, end), `${where}[${index}]`));
    offset = end;
  }
  if (strings.length !== count) throw inputError(where, `${count} strings`, strings.length);
  return strings;
}

/** The text that bytes are, without a length before them. @throws INVALID_INPUT for what is no UTF-8 or has a NUL, naming `where` */
export function decodeString(bytes: Buffer, where: string): string {
  const text = isUtf8(bytes) ? bytes.toString('utf8') : undefined;
  if (text === undefined || !isServable(text)) throw inputMismatch(where, 'UTF-8 without NUL', `${bytes.length} bytes`);
  return text;
}

/** The bytes of some elements of an output. */
export function encodeBytes(data: TensorData, start: number, end: number): Uint8Array {
  if (!Array.isArray(data)) {
    const width = data.BYTES_PER_ELEMENT;
    return new Uint8Array(data.buffer, data.byteOffset + start * width, (end - start) * width);
  }
  return Buffer.concat(
    data.slice(start, end).flatMap((text) => {
      const bytes = Buffer.from(text, 'utf8');
      const length = Buffer.alloc(4);
      length.writeUInt32LE(bytes.length);
      return [length, bytes];
    }),
  );
}
