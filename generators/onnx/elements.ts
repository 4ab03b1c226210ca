import type { Datatype } from '../tensor.ts';

/** One of ONNX's element types (TensorProto.DataType). */
export interface ElementType {
  readonly code: number;
  /** ONNX's own name, as error messages and listings say it. */
  readonly name: string;
  /** The protocol's name; absent where the protocol has none, and then it cannot be served. */
  readonly datatype?: Datatype;
}

export const ELEMENT_TYPES: readonly ElementType[] = [
  { code: 1, name: 'float', datatype: 'FP32' },
  { code: 2, name: 'uint8', datatype: 'UINT8' },
  { code: 3, name: 'int8', datatype: 'INT8' },
  { code: 4, name: 'uint16', datatype: 'UINT16' },
  { code: 5, name: 'int16', datatype: 'INT16' },
  { code: 6, name: 'int32', datatype: 'INT32' },
  { code: 7, name: 'int64', datatype: 'INT64' },
  { code: 8, name: 'string', datatype: 'BYTES' },
  { code: 9, name: 'bool', datatype: 'BOOL' },
  { code: 10, name: 'float16', datatype: 'FP16' },
  { code: 11, name: 'double', datatype: 'FP64' },
  { code: 12, name: 'uint32', datatype: 'UINT32' },
  { code: 13, name: 'uint64', datatype: 'UINT64' },
  { code: 14, name: 'complex64' },
  { code: 15, name: 'complex128' },
  { code: 16, name: 'bfloat16' },
  { code: 17, name: 'float8e4m3fn' },
  { code: 18, name: 'float8e4m3fnuz' },
  { code: 19, name: 'float8e5m2' },
  { code: 20, name: 'float8e5m2fnuz' },
  { code: 21, name: 'uint4' },
  { code: 22, name: 'int4' },
  { code: 23, name: 'float4e2m1' },
  { code: 24, name: 'float8e8m0' },
  { code: 25, name: 'uint2' },
  { code: 26, name: 'int2' },
];

const byCode = new Map(ELEMENT_TYPES.map((type) => [type.code, type]));
const codes = new Map(ELEMENT_TYPES.flatMap(({ code, datatype }) => (datatype ? [[datatype, code] as const] : [])));

/** The element type of a code, also of one that is newer than this table. */
export function elementType(code: number | undefined): ElementType {
  return byCode.get(code ?? 0) ?? { code: code ?? 0, name: code ? `element type ${code}` : 'undefined' };
}

/** ONNX's code of a datatype. */
export function elementCode(datatype: Datatype): number {
  const code = codes.get(datatype);
  if (code === undefined) throw new TypeError(`no ONNX element type for ${datatype}`);
  return code;
}
