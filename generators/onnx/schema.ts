/**
 * The part of the ONNX schema (onnx.proto, proto2) that is read or written here: field numbers as data.
 * What is not listed is stepped over, above all the weights.
 */

/** Where a message stands in its file: from its tag, over its payload, to its end. */
export interface Span {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
}

type KindOf<T> = T extends number
  ? 'int' | 'float'
  : T extends bigint
    ? 'bigint'
    : T extends string
      ? 'text'
      : T extends Uint8Array
        ? 'bytes'
        : () => Message<T>;

type FieldOf<T> = [T] extends [readonly (infer E)[]]
  ? { readonly no: number; readonly kind: KindOf<E>; readonly many: true }
  : { readonly no: number; readonly kind: KindOf<T>; readonly many?: false };

/** One message type: a name for people, and a field for every property of `T`. */
export interface Message<T> {
  readonly name: string;
  readonly fields: { readonly [K in Exclude<keyof T, 'at'>]-?: FieldOf<NonNullable<T[K]>> };
  /** Tells from the field number that comes next that nothing wanted follows: the rest of the message is stepped over. */
  readonly stopAt?: (partial: T, no: number) => boolean;
}

export interface Entry {
  key?: string;
  value?: string;
}
export const ENTRY: Message<Entry> = {
  name: 'StringStringEntryProto',
  fields: { key: { no: 1, kind: 'text' }, value: { no: 2, kind: 'text' } },
};

export interface OperatorSet {
  domain?: string;
  version?: number;
}
export const OPERATOR_SET: Message<OperatorSet> = {
  name: 'OperatorSetIdProto',
  fields: { domain: { no: 1, kind: 'text' }, version: { no: 2, kind: 'int' } },
};

export interface Dimension {
  value?: bigint;
  param?: string;
}
export const DIMENSION: Message<Dimension> = {
  name: 'TensorShapeProto.Dimension',
  fields: { value: { no: 1, kind: 'bigint' }, param: { no: 2, kind: 'text' } },
};

export interface Shape {
  dims: Dimension[];
}
export const SHAPE: Message<Shape> = {
  name: 'TensorShapeProto',
  fields: { dims: { no: 1, kind: () => DIMENSION, many: true } },
};

export interface TensorType {
  elementType?: number;
  shape?: Shape;
}
export const TENSOR_TYPE: Message<TensorType> = {
  name: 'TypeProto.Tensor',
  fields: { elementType: { no: 1, kind: 'int' }, shape: { no: 2, kind: () => SHAPE } },
};

/** Sequences, optionals: a type around a type. */
export interface Wrapper {
  elementType?: Type;
}
export const WRAPPER: Message<Wrapper> = {
  name: 'TypeProto.Sequence',
  fields: { elementType: { no: 1, kind: () => TYPE } },
};

export interface MapType {
  keyType?: number;
  valueType?: Type;
}
export const MAP_TYPE: Message<MapType> = {
  name: 'TypeProto.Map',
  fields: { keyType: { no: 1, kind: 'int' }, valueType: { no: 2, kind: () => TYPE } },
};

export interface Type {
  tensor?: TensorType;
  sequence?: Wrapper;
  map?: MapType;
  sparseTensor?: TensorType;
  optional?: Wrapper;
}
export const TYPE: Message<Type> = {
  name: 'TypeProto',
  fields: {
    tensor: { no: 1, kind: () => TENSOR_TYPE },
    sequence: { no: 4, kind: () => WRAPPER },
    map: { no: 5, kind: () => MAP_TYPE },
    sparseTensor: { no: 8, kind: () => TENSOR_TYPE },
    optional: { no: 9, kind: () => WRAPPER },
  },
};

export interface ValueInfo {
  at?: Span;
  name?: string;
  type?: Type;
}
export const VALUE_INFO: Message<ValueInfo> = {
  name: 'ValueInfoProto',
  fields: { name: { no: 1, kind: 'text' }, type: { no: 2, kind: () => TYPE } },
};

/** A tensor without its contents. */
export interface TensorHead {
  at?: Span;
  dims: bigint[];
  dataType?: number;
  name?: string;
  externalData: Entry[];
  dataLocation?: number;
}
const tensorHead = {
  dims: { no: 1, kind: 'bigint', many: true },
  dataType: { no: 2, kind: 'int' },
  name: { no: 8, kind: 'text' },
  externalData: { no: 13, kind: () => ENTRY, many: true },
  dataLocation: { no: 14, kind: 'int' },
} as const satisfies Message<TensorHead>['fields'];
export const TENSOR_HEAD: Message<TensorHead> = { name: 'TensorProto', fields: tensorHead };

/** A tensor with its contents, for the small ones that hold class labels. */
export interface Tensor extends TensorHead {
  int32Data: bigint[];
  stringData: Uint8Array[];
  int64Data: bigint[];
  rawData?: Uint8Array;
}
export const TENSOR: Message<Tensor> = {
  name: 'TensorProto',
  fields: {
    ...tensorHead,
    int32Data: { no: 5, kind: 'bigint', many: true },
    stringData: { no: 6, kind: 'bytes', many: true },
    int64Data: { no: 7, kind: 'bigint', many: true },
    rawData: { no: 9, kind: 'bytes' },
  },
};

export interface SparseTensor {
  values?: TensorHead;
  indices?: TensorHead;
}
export const SPARSE_TENSOR: Message<SparseTensor> = {
  name: 'SparseTensorProto',
  fields: { values: { no: 1, kind: () => TENSOR_HEAD }, indices: { no: 2, kind: () => TENSOR_HEAD } },
};

export interface Attribute {
  at?: Span;
  name?: string;
  float?: number;
  int?: bigint;
  string?: Uint8Array;
  tensor?: TensorHead;
  graph?: Graph;
  ints: bigint[];
  strings: Uint8Array[];
  tensors: TensorHead[];
  graphs: Graph[];
  type?: number;
}
const STRING = 4;
const FLOATS = 7;
const INTS = 8;
const STRINGS = 9;
/** Lists of integers that are read: those of axes are as long as a tensor has axes. */
const READ_INTS: ReadonlySet<string | undefined> = new Set(['axes', 'perm']);
/** Texts of attributes that are read; others may be of any length. */
const READ_TEXTS: ReadonlySet<string | undefined> = new Set(['case_change_action', 'locale', 'tokenexp']);
export const ATTRIBUTE: Message<Attribute> = {
  name: 'AttributeProto',
  fields: {
    name: { no: 1, kind: 'text' },
    float: { no: 2, kind: 'float' },
    int: { no: 3, kind: 'bigint' },
    string: { no: STRING, kind: 'bytes' },
    tensor: { no: 5, kind: () => TENSOR_HEAD },
    graph: { no: 6, kind: () => GRAPH },
    ints: { no: INTS, kind: 'bigint', many: true },
    strings: { no: STRINGS, kind: 'bytes', many: true },
    tensors: { no: 10, kind: () => TENSOR_HEAD, many: true },
    graphs: { no: 11, kind: () => GRAPH, many: true },
    type: { no: 20, kind: 'int' },
  },
  // Tree ensembles keep their forests in such lists: tens of millions of entries, of which only the class labels matter here.
  stopAt: (partial, no) =>
    (no === STRING && !READ_TEXTS.has(partial.name)) ||
    no === FLOATS ||
    ((no === INTS || no === STRINGS) &&
      !partial.name?.startsWith('classlabels_') &&
      !(no === INTS && READ_INTS.has(partial.name))),
};

export interface Node {
  at?: Span;
  inputs: string[];
  outputs: string[];
  opType?: string;
  attributes: Attribute[];
  domain?: string;
}
export const NODE: Message<Node> = {
  name: 'NodeProto',
  fields: {
    inputs: { no: 1, kind: 'text', many: true },
    outputs: { no: 2, kind: 'text', many: true },
    opType: { no: 4, kind: 'text' },
    attributes: { no: 5, kind: () => ATTRIBUTE, many: true },
    domain: { no: 7, kind: 'text' },
  },
};

export interface Graph {
  at?: Span;
  nodes: Node[];
  name?: string;
  initializers: TensorHead[];
  inputs: ValueInfo[];
  outputs: ValueInfo[];
  sparseInitializers: SparseTensor[];
}
export const GRAPH: Message<Graph> = {
  name: 'GraphProto',
  fields: {
    nodes: { no: 1, kind: () => NODE, many: true },
    name: { no: 2, kind: 'text' },
    initializers: { no: 5, kind: () => TENSOR_HEAD, many: true },
    inputs: { no: 11, kind: () => VALUE_INFO, many: true },
    outputs: { no: 12, kind: () => VALUE_INFO, many: true },
    sparseInitializers: { no: 15, kind: () => SPARSE_TENSOR, many: true },
  },
};

/** A function that the model brings along: an operator made of operators. */
export interface ModelFunction {
  name?: string;
  nodes: Node[];
  operatorSets: OperatorSet[];
  domain?: string;
}
export const MODEL_FUNCTION: Message<ModelFunction> = {
  name: 'FunctionProto',
  fields: {
    name: { no: 1, kind: 'text' },
    nodes: { no: 7, kind: () => NODE, many: true },
    operatorSets: { no: 9, kind: () => OPERATOR_SET, many: true },
    domain: { no: 10, kind: 'text' },
  },
};

export interface Model {
  irVersion?: number;
  producerName?: string;
  producerVersion?: string;
  domain?: string;
  modelVersion?: bigint;
  graph?: Graph;
  operatorSets: OperatorSet[];
  metadata: Entry[];
  functions: ModelFunction[];
}
export const MODEL: Message<Model> = {
  name: 'ModelProto',
  fields: {
    irVersion: { no: 1, kind: 'int' },
    producerName: { no: 2, kind: 'text' },
    producerVersion: { no: 3, kind: 'text' },
    domain: { no: 4, kind: 'text' },
    modelVersion: { no: 5, kind: 'bigint' },
    graph: { no: 7, kind: () => GRAPH },
    operatorSets: { no: 8, kind: () => OPERATOR_SET, many: true },
    metadata: { no: 14, kind: () => ENTRY, many: true },
    functions: { no: 25, kind: () => MODEL_FUNCTION, many: true },
  },
};
