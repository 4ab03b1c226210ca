import {
  fromStart,
  LISTED,
  LOST,
  mixed,
  one,
  type Rows,
  type Rule,
  rowsAt,
  type Site,
  type Step,
  UNKNOWN,
} from './flow.ts';

/** Rules for operators of ONNX, by name. What has no rule is not judged. */

const OVER = 'over the axis of the rows';

/** Each element for itself. */
const same: Rule = (_, rows) => one(rows);
/** The same, with outputs that repeat the shape. */
const all: Rule = ({ node }, rows) => ({ outputs: node.outputs.map(() => rows) });

/** Element by element over several inputs, whose axes are aligned at their ends. */
const elementwise: Rule = ({ inputs }) => {
  const withRows = inputs.filter((flow): flow is Rows => flow.kind === 'rows');
  const fromEnd = new Set(withRows.map(({ axis, rank }) => rank - axis));
  const ranks = inputs.map((flow) => (flow.kind === 'rows' || flow.kind === 'none' ? flow.rank : undefined));
  if (fromEnd.size > 1) return mixed('pairs rows with other rows');
  const [offset = 1] = fromEnd;
  if (ranks.includes(undefined)) return one(UNKNOWN);
  const rank = Math.max(...(ranks as number[]));
  return one(rowsAt(rank - offset, rank));
};

/** @param fallback the axis where none is stated */
function alongAxis(fallback: number): Rule {
  return ({ int, node }, rows) => {
    if (fromStart(int('axis') ?? fallback, rows.rank) === rows.axis) return mixed(OVER);
    return { outputs: node.outputs.map(() => rows) };
  };
}

/** Before opset 13 all axes from the stated one on were one. */
const softmax: Rule = ({ int, opset }, rows) => {
  const axis = fromStart(int('axis') ?? (opset >= 13 ? -1 : 1), rows.rank);
  return axis === rows.axis || (opset < 13 && axis < rows.axis) ? mixed(OVER) : one(rows);
};

const normalization: Rule = ({ int, node }, rows) =>
  fromStart(int('axis') ?? -1, rows.rank) <= rows.axis
    ? mixed(OVER)
    : { outputs: node.outputs.map((_, i) => (i === 0 ? rows : UNKNOWN)) };

const reduce: Rule = (site, rows) => {
  const stated = axesOf(site);
  if (stated === 'unknown') return one(UNKNOWN);
  const nothing = site.int('noop_with_empty_axes') === 1;
  if (stated === undefined || stated.length === 0)
    return nothing ? one(rows) : mixed('over all axes, those of the rows among them');
  return withoutAxes(stated, site.int('keepdims') !== 0, rows);
};

function withoutAxes(stated: readonly number[], keeps: boolean, rows: Rows): Step {
  const axes = new Set(stated.map((axis) => fromStart(axis, rows.rank)));
  if (axes.has(rows.axis)) return mixed(OVER);
  if (keeps) return one(rows);
  return one(rowsAt(rows.axis - [...axes].filter((axis) => axis < rows.axis).length, rows.rank - axes.size));
}

const argument: Rule = ({ int }, rows) => withoutAxes([int('axis') ?? 0], int('keepdims') !== 0, rows);

/** Axes are an attribute in older operator sets and an input in newer ones. */
function axesOf({ ints, constant, node }: Site): readonly number[] | undefined | 'unknown' {
  const stated = ints('axes');
  if (stated) return stated;
  return node.inputs[1] ? (constant(1) ?? 'unknown') : undefined;
}

const transpose: Rule = ({ ints }, rows) => {
  const perm = ints('perm') ?? Array.from({ length: rows.rank }, (_, axis) => rows.rank - 1 - axis);
  const axis = perm.indexOf(rows.axis);
  return perm.length === rows.rank && axis >= 0 ? one(rowsAt(axis, rows.rank)) : one(UNKNOWN);
};

const squeeze: Rule = (site, rows) => {
  const axes = axesOf(site);
  return axes === undefined || axes === 'unknown' ? one(UNKNOWN) : withoutAxes(axes, false, rows);
};

const unsqueeze: Rule = (site, rows) => {
  const axes = axesOf(site);
  if (axes === undefined || axes === 'unknown') return one(UNKNOWN);
  const rank = rows.rank + axes.length;
  const fresh = new Set(axes.map((axis) => fromStart(axis, rank)));
  const old = Array.from({ length: rank }, (_, axis) => axis).filter((axis) => !fresh.has(axis));
  return one(rowsAt(old[rows.axis] ?? 0, rank));
};

const flatten: Rule = ({ int }, rows) =>
  rows.axis === 0 && fromStart(int('axis') ?? 1, rows.rank) === 1 ? one(rowsAt(0, 2)) : one(UNKNOWN);

/** A size of 0 takes the axis as it is. */
const reshape: Rule = ({ constant, int }, rows) => {
  const shape = constant(1);
  return shape && rows.axis === 0 && shape[0] === 0 && int('allowzero') !== 1
    ? one(rowsAt(0, shape.length))
    : one(UNKNOWN);
};

const matrixProduct: Rule = ({ inputs: [a = UNKNOWN, b = UNKNOWN] }) => {
  const isBatch = (flow: Rows) => flow.axis < flow.rank - 2;
  if (a.kind === 'rows' && b.kind === 'rows') {
    const aligned = isBatch(a) && isBatch(b) && a.rank - a.axis === b.rank - b.axis;
    return aligned ? one(a.rank >= b.rank ? a : b) : mixed('multiplies rows with other rows');
  }
  if (a.kind === 'rows' && b.kind === 'none') {
    if (a.axis === a.rank - 1) return mixed('sums over the rows');
    const rank = b.rank === undefined ? undefined : Math.max(a.rank, b.rank, 2);
    return b.rank === 1
      ? one(rowsAt(a.axis, a.rank - 1))
      : one(rank === undefined ? UNKNOWN : rowsAt(a.axis + rank - a.rank, rank));
  }
  if (a.kind === 'none' && b.kind === 'rows') {
    if (b.axis === Math.max(b.rank - 2, 0)) return mixed('sums over the rows');
    return one(a.rank !== undefined && a.rank >= 2 && a.rank <= b.rank ? b : UNKNOWN);
  }
  return one(UNKNOWN);
};

const gemm: Rule = ({ inputs: [a = UNKNOWN, b = UNKNOWN], int }) => {
  const axis = int('transA') === 1 ? 1 : 0;
  if (b.kind === 'rows') return mixed('multiplies rows with other rows, or sums over them');
  if (a.kind !== 'rows') return one(UNKNOWN);
  return a.axis === axis ? one(rowsAt(0, 2)) : mixed('sums over the rows');
};

/** Convolutions and pools: the first axis holds pictures that are looked at one by one. */
const window: Rule = ({ inputs, node }) => {
  const [x = UNKNOWN] = inputs;
  if (x.kind !== 'rows') return one(UNKNOWN);
  return x.axis === 0 ? { outputs: node.outputs.map(() => x) } : mixed(OVER);
};

const recurrent: Rule = ({ int, inputs: [x = UNKNOWN] }) => {
  if (x.kind !== 'rows') return one(UNKNOWN);
  const batchFirst = int('layout') === 1;
  if (x.axis === 2) return mixed(OVER);
  if (x.axis !== (batchFirst ? 0 : 1)) {
    return mixed('takes the axis of the rows for the sequence', LOST, LOST, LOST);
  }
  return batchFirst
    ? { outputs: [rowsAt(0, 4), rowsAt(0, 3), rowsAt(0, 3)] }
    : { outputs: [rowsAt(2, 4), rowsAt(1, 3), rowsAt(1, 3)] };
};

const gather: Rule = ({ inputs: [data = UNKNOWN, places = UNKNOWN], int }) => {
  if (data.kind === 'rows' && places.kind === 'none' && places.rank !== undefined) {
    const axis = fromStart(int('axis') ?? 0, data.rank);
    if (axis === data.axis) return mixed('picks rows');
    return one(rowsAt(data.axis + (axis < data.axis ? places.rank - 1 : 0), data.rank + places.rank - 1));
  }
  if (data.kind === 'none' && data.rank !== undefined && places.kind === 'rows') {
    const axis = fromStart(int('axis') ?? 0, data.rank);
    return one(rowsAt(axis + places.axis, data.rank - 1 + places.rank));
  }
  return one(UNKNOWN);
};

const concat: Rule = ({ inputs, int }, rows) => {
  const isAligned = inputs.every((flow) => flow.kind === 'rows' && flow.axis === rows.axis && flow.rank === rows.rank);
  if (fromStart(int('axis') ?? 0, rows.rank) === rows.axis) return mixed('appends rows to rows');
  return one(isAligned ? rows : UNKNOWN);
};

const slice: Rule = (site, rows) => {
  const axes = site.node.inputs[3] ? site.constant(3) : site.ints('axes');
  if (!axes) return one(UNKNOWN);
  return axes.some((axis) => fromStart(axis, rows.rank) === rows.axis) ? mixed('picks rows') : one(rows);
};

const batchNormalization: Rule = (site, rows) =>
  site.int('training_mode') === 1 && rows.axis !== 1
    ? mixed('in training mode takes the statistics of all rows', rows)
    : one(rows);

/** The scale and the zero point are of the whole tensor. */
const dynamicQuantization: Rule = (_, rows) => mixed('takes one scale for all rows', rows, LOST, LOST);

const running: Rule = ({ constant }, rows) => {
  const axis = constant(1)?.[0];
  if (axis === undefined) return one(UNKNOWN);
  return fromStart(axis, rows.rank) === rows.axis ? mixed(OVER) : one(rows);
};

/** Its answer is a list over all rows. */
const found: Rule = ({ node }) => mixed('answers for all rows in one list', ...node.outputs.map(() => LISTED));

const unique: Rule = ({ int, node }, rows) => {
  const axis = int('axis');
  const apart = axis !== undefined && fromStart(axis, rows.rank) !== rows.axis;
  return apart ? one(UNKNOWN) : mixed('compares rows', ...node.outputs.map(() => LOST));
};

const oneHot: Rule = ({ int, inputs: [places = UNKNOWN] }) => {
  if (places.kind !== 'rows') return one(UNKNOWN);
  const axis = fromStart(int('axis') ?? -1, places.rank + 1);
  return one(rowsAt(places.axis + (axis <= places.axis ? 1 : 0), places.rank + 1));
};

const attention: Rule = ({ node }, rows) =>
  rows.axis === 0
    ? { outputs: node.outputs.map((_, i) => (i === 0 ? rows : UNKNOWN)) }
    : mixed('takes the axis of the rows for the sequence');

function rulesOf(rule: Rule, names: string): (readonly [string, Rule])[] {
  return names.split(' ').map((name) => [name, rule] as const);
}

/** Operators of the domain ai.onnx. */
export const RULES: ReadonlyMap<string, Rule> = new Map([
  ...rulesOf(
    same,
    'Abs Acos Acosh Asin Asinh Atan Atanh Bernoulli Cast CastLike Ceil Celu Clip Cos Cosh DequantizeLinear Elu Erf Exp Floor Gelu ' +
      'HardSigmoid HardSwish Identity InstanceNormalization IsInf IsNaN LeakyRelu Log Mish Neg Not Pad QuantizeLinear ' +
      'RandomNormalLike RandomUniformLike Reciprocal Relu Round Selu Shrink Sigmoid Sign Sin Sinh Softplus Softsign Sqrt Swish Tan Tanh ' +
      'ThresholdedRelu Trilu StringNormalizer GroupNormalization LRN Resize Upsample',
  ),
  ...rulesOf(all, 'Dropout'),
  ...rulesOf(
    elementwise,
    'Add And BitwiseAnd BitwiseOr BitwiseXor Div Equal Greater GreaterOrEqual Less LessOrEqual Max Mean Min Mod Mul Or Pow PRelu Sub Sum ' +
      'Where Xor',
  ),
  ...rulesOf(softmax, 'Softmax LogSoftmax Hardmax'),
  ...rulesOf(alongAxis(-1), 'TopK LpNormalization'),
  ...rulesOf(alongAxis(0), 'Split'),
  ...rulesOf(normalization, 'LayerNormalization RMSNormalization'),
  ...rulesOf(
    reduce,
    'ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare',
  ),
  ...rulesOf(argument, 'ArgMax ArgMin'),
  ...rulesOf(
    window,
    'AveragePool Conv ConvInteger ConvTranspose DeformConv DepthToSpace GlobalAveragePool GlobalLpPool GlobalMaxPool LpPool MaxPool ' +
      'QLinearConv SpaceToDepth',
  ),
  ...rulesOf(recurrent, 'GRU LSTM RNN'),
  ...rulesOf(matrixProduct, 'MatMul MatMulInteger'),
  ...rulesOf(found, 'NonMaxSuppression NonZero Compress'),
  ['Transpose', transpose],
  ['Squeeze', squeeze],
  ['Unsqueeze', unsqueeze],
  ['Flatten', flatten],
  ['Reshape', reshape],
  ['Gemm', gemm],
  ['Gather', gather],
  ['Concat', concat],
  ['Slice', slice],
  ['BatchNormalization', batchNormalization],
  ['DynamicQuantizeLinear', dynamicQuantization],
  ['CumSum', running],
  ['Unique', unique],
  ['OneHot', oneHot],
  ['Attention', attention],
]);

/** Operators of other domains that ONNX Runtime has: those that quantize by the whole tensor, and those of tables. */
export const MORE_RULES: Readonly<Record<string, ReadonlyMap<string, Rule>>> = {
  'com.microsoft': new Map([
    ...rulesOf(
      ({ node }) => mixed('takes one scale for all rows', ...node.outputs.map(() => LOST)),
      'DynamicQuantizeLSTM DynamicQuantizeMatMul',
    ),
    ...rulesOf(same, 'BiasGelu FastGelu Gelu QuickGelu'),
    ...rulesOf(attention, 'Attention MultiHeadAttention'),
  ]),
  'ai.onnx.ml': new Map([
    ...rulesOf(same, 'ArrayFeatureExtractor Binarizer CategoryMapper Imputer LabelEncoder Normalizer Scaler'),
    ...rulesOf(
      ({ node }, rows) => ({ outputs: node.outputs.map(() => (rows.axis === 0 ? rows : UNKNOWN)) }),
      'FeatureVectorizer LinearClassifier LinearRegressor SVMClassifier SVMRegressor TreeEnsembleClassifier TreeEnsembleRegressor',
    ),
  ]),
};
