/** What serving.yaml says, once it has been read and checked. */

export const DATATYPES = [
  'BOOL',
  'UINT8',
  'UINT16',
  'UINT32',
  'UINT64',
  'INT8',
  'INT16',
  'INT32',
  'INT64',
  'FP16',
  'FP32',
  'FP64',
  'BYTES',
] as const;

/** A datatype by its name in the Open Inference Protocol. */
export type Datatype = (typeof DATATYPES)[number];

export type ModelType =
  | 'tabular-classification'
  | 'tabular-regression'
  | 'image-classification'
  | 'text-classification'
  | 'custom';

/** One column of a tabular input. */
export interface Feature {
  readonly name: string;
  readonly description?: string;
  readonly unit?: string;
  readonly min?: number;
  readonly max?: number;
  /** Known values of a column of strings. */
  readonly categories?: readonly string[];
  /** May be null or left out: the model then gets NaN (floats) or an empty string (BYTES). */
  readonly nullable?: boolean;
  /** May be null or left out: the model then gets this, a text (BYTES) or a number. */
  readonly missing?: string | number;
  /** Clients send one of the categories, and the model gets its place in the list. */
  readonly encode?: 'ordinal';
  /** With `encode`, what the model gets for a text that is no category; it is refused where this is left out. */
  readonly unknown?: number;
  /** Clients send a date of ISO 8601, and the model gets how long it is after `since`. */
  readonly date?: 'days' | 'seconds' | 'milliseconds';
  /** The date that is 0; 1970-01-01 by default. */
  readonly since?: string;
}

export interface TensorSpec {
  readonly name: string;
  readonly datatype: Datatype;
  /** Sizes of the axes; -1 is free. */
  readonly shape: readonly number[];
  /** NaN and Infinity are values here. In JSON they are the strings "NaN", "Infinity" and "-Infinity". */
  readonly allowNonFinite?: boolean;
  /** False where a free first axis is not that of the request's rows: an instance is then the whole tensors. */
  readonly perRow?: boolean;
}

/** How a picture becomes the tensor of an input; what is left out has a default. */
export interface ImageSteps {
  /** The training library whose results are computed, and whose defaults the steps have. Left out: the decoder's own resize. */
  readonly profile?: 'torchvision' | 'pil' | 'keras' | 'opencv' | 'timm' | 'yolo' | 'huggingface';
  /** With a profile: height and width of the picture that the model takes, where its shape leaves them free. */
  readonly size?: readonly number[];
  /** How a picture of another shape is brought to the input's: stretched, cropped in the middle or padded. */
  readonly fit?: 'stretch' | 'cover' | 'contain';
  /** With `cover`: resized so that its shorter side has so many pixels, then cropped in the middle. */
  readonly shorterSide?: number;
  /** With a profile: how the longer side is rounded once the shorter one has its length. */
  readonly rounding?: 'truncate' | 'round';
  /** With a profile and `cover`: rows above and columns left of the crop, which is in the middle otherwise. */
  readonly cropOffset?: readonly number[];
  readonly interpolation?: 'nearest' | 'bilinear' | 'bicubic' | 'lanczos' | 'area';
  /** Whether a reduction averages all pixels (Pillow does, OpenCV does not). */
  readonly antialias?: boolean;
  /** With a profile: whether a picture is turned as its EXIF orientation says. */
  readonly exif?: 'apply' | 'ignore';
  /** With a profile: whether an embedded colour profile is converted to sRGB. */
  readonly icc?: 'convert' | 'ignore';
  /** With a profile: CMYK by the plain formula of Pillow, by a colour profile, or refused. */
  readonly cmyk?: 'plain' | 'convert' | 'refuse';
  /** With a profile: transparency is dropped, laid on the background, or refused. */
  readonly alpha?: 'drop' | 'flatten' | 'refuse';
  /** With a profile: weights of red, green and blue; 0.299, 0.587, 0.114 or 0.2126, 0.7152, 0.0722. */
  readonly grey?: 'bt601' | 'bt709';
  /** With a profile: an animation is refused, or its first picture is taken. */
  readonly animation?: 'refuse' | 'first';
  readonly color?: 'rgb' | 'bgr';
  /** Each channel of each pixel (0 to 255) becomes (value * scale - mean) / std. */
  readonly scale?: number;
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
  /** Red, green and blue (0 to 255) of what is transparent or padded. */
  readonly background?: readonly number[];
  /** Larger pictures are refused before they are decoded. */
  readonly maxPixels?: number;
  /** Pictures that take more bytes than this once they are decoded are refused before they are. By default `limits.maxDecodingBytes`. */
  readonly maxDecodedBytes?: number;
}

/** How a text becomes the tensor of an input, or the tensors of several. */
export interface TextSteps {
  readonly trim?: boolean;
  readonly lowercase?: boolean;
  readonly unicode?: 'NFC' | 'NFKC';
  readonly maxCharacters?: number;
  /** The tokenizer.json of a model that takes token ids, relative to serving.yaml. */
  readonly tokenizer?: string;
  readonly maxTokens?: number;
  readonly tooLong?: 'truncate' | 'refuse';
  /** Which of the tokenizer's lists this input takes, where its name does not tell. */
  readonly holds?: 'ids' | 'mask' | 'types';
  /** Each instance is a pair of texts: `{"text": …, "text_pair": …}`. */
  readonly pairs?: boolean;
}

export interface InputSpec extends TensorSpec {
  readonly features?: readonly Feature[];
  /** What becomes of values beyond min, max or categories. They are counted in either case. */
  readonly outOfRange?: 'accept' | 'refuse';
  readonly image?: ImageSteps;
  readonly text?: TextSteps;
}

export interface OutputSpec extends TensorSpec {
  readonly labels?: readonly string[];
  /** What a classifier's label output answers, in the order of the labels; the labels themselves where it is left out. */
  readonly classes?: readonly (string | number)[];
  /** What makes probabilities of the scores of the output with labels; `none`: predictions hold scores. The model's own values are probabilities where it is left out. */
  readonly activation?: 'none' | 'softmax' | 'sigmoid';
  /** Several labels may apply to one row: each has a probability of its own. */
  readonly multiLabel?: boolean;
  /** From which probability (or score) on a label applies, where the model does not say it itself; 0.5 (of scores 0) by default. */
  readonly threshold?: number;
  /** How many of the likeliest classes a prediction holds, unless its request asks for another number; all by default. */
  readonly topK?: number;
}

export interface ModelSpec {
  readonly name: string;
  readonly version: string;
  readonly type: ModelType;
  readonly file: string;
  readonly sha256: string;
  /** The day on which this version was released, YYYY-MM-DD. */
  readonly released?: string;
  /** True while the repository has a schema but no trained model yet. */
  readonly placeholder?: boolean;
}

export interface Runtime {
  readonly workers: number | 'auto';
  readonly intraOpThreads: number;
}

export interface Batching {
  /** `auto`: rows are merged and split where a trial at the start has shown that they are independent. `off`: they never are. */
  readonly mode: 'auto' | 'off';
  /** Rows that share a run at most. */
  readonly maxBatchSize: number;
  readonly maxDelayMs: number;
  /** A request of more rows than maxBatchSize is run in several batches, or refused. */
  readonly oversized: 'split' | 'refuse';
  /** The keys that serving.yaml states itself; the others have their defaults. */
  readonly stated: readonly string[];
}

export interface Limits {
  readonly maxQueue: number;
  /** Rows of all requests that wait. */
  readonly maxQueueRows: number;
  readonly timeoutMs: number;
  /** How long src/app.ts may take before it has answered a request or passed it on. By default `timeoutMs`. */
  readonly appTimeoutMs?: number;
  readonly maxBodyBytes: number;
  /** A block of the event loop of at least so long is logged and counted. */
  readonly blockedMs: number;
  /** The service is not live when its event loop was blocked for most of so long. */
  readonly stuckMs: number;
  /** Bytes of bodies that are being received, those of all requests together. */
  readonly maxUploadBytes: number;
  readonly maxInstances: number;
  /** Bytes of what requests are decoded into (pictures, tokens), held by all requests together. By default a part of the memory. */
  readonly maxDecodingBytes?: number;
  /** Bytes of what one request is decoded into. By default four times `maxDecodingBytes`. */
  readonly maxDecodedBytes?: number;
}

export interface Objectives {
  /** Percent of the predictions that must not fail. */
  readonly availability: number;
  /** 99 % of the predictions are answered within it. */
  readonly latencyMs: number;
}

/** The core's sections. A feature declares the type of its own ones beside its code, as another part of this interface. */
export interface Serving {
  readonly apiVersion: 'ml-serving/v1';
  readonly model: ModelSpec;
  readonly inputs: readonly InputSpec[];
  readonly outputs: readonly OutputSpec[];
  readonly runtime: Runtime;
  readonly batching: Batching;
  readonly limits: Limits;
  readonly objectives: Objectives;
}

/** Values of what serving.yaml may leave out of the core's sections. */
export const DEFAULTS = {
  runtime: { workers: 'auto', intraOpThreads: 1 },
  batching: { mode: 'auto', maxBatchSize: 32, maxDelayMs: 0, oversized: 'split', stated: [] },
  limits: {
    maxQueue: 256,
    // As many as maxQueue full batches.
    maxQueueRows: 256 * 32,
    timeoutMs: 1000,
    blockedMs: 1000,
    stuckMs: 30_000,
    maxBodyBytes: 4 * 1024 * 1024,
    maxUploadBytes: 64 * 1024 * 1024,
    maxInstances: 1024,
  },
  objectives: { availability: 99.9, latencyMs: 250 },
} as const satisfies Pick<Serving, 'runtime' | 'batching' | 'limits' | 'objectives'>;

/** A free first axis of every input and output is that of the rows: only then can requests share a run. */
export function hasBatchAxis(serving: Pick<Serving, 'inputs' | 'outputs'>): boolean {
  return [...serving.inputs, ...serving.outputs].every(({ shape, perRow }) => shape[0] === -1 && perRow !== false);
}

/**
 * A classifier's own answer to which class it is: the only output of one text or integer a row. Integers say nothing where
 * the labels are names and no `classes` tell which is which.
 */
export function labelOutput(outputs: readonly OutputSpec[]): OutputSpec | undefined {
  const [own, ...others] = outputs.filter(isLabel);
  if (!own || others.length > 0) return undefined;
  const names = outputs.find(({ labels }) => labels)?.labels ?? [];
  const known = own.datatype === 'BYTES' || own.classes || names.every((name) => /^-?\d+$/.test(name));
  return known ? own : undefined;
}

/** The outputs of a classifier that look like its label and are not taken for it. */
export function unreadLabels({ model, outputs }: Pick<Serving, 'model' | 'outputs'>): readonly OutputSpec[] {
  return model.type.endsWith('-classification') && !labelOutput(outputs) ? outputs.filter(isLabel) : [];
}

function isLabel({ datatype, shape, labels }: OutputSpec): boolean {
  return (
    !labels &&
    (datatype === 'BYTES' || /^U?INT/.test(datatype)) &&
    (shape.length === 1 || (shape.length === 2 && shape[1] === 1))
  );
}

/** What an instance of POST /predict is called where the model's tensors are made of it. */
export function mediaName(type: ModelType): 'text' | 'image' | undefined {
  if (type === 'text-classification') return 'text';
  return type === 'image-classification' ? 'image' : undefined;
}

/** Whether an instance is a pair of texts. */
export function takesPairs(inputs: readonly InputSpec[]): boolean {
  return inputs.some(({ text }) => text?.pairs === true);
}

/** Number of elements of a shape whose axes are all known. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** The output of a multi-label classifier: several of its labels may apply to one row. */
export function multiLabelOutput({ model, outputs }: Pick<Serving, 'model' | 'outputs'>): OutputSpec | undefined {
  return model.type.endsWith('-classification')
    ? outputs.find(({ labels, multiLabel }) => labels && multiLabel)
    : undefined;
}

/** A multi-label classifier's own yes or no to each label: the only output of integers or booleans as wide as the scores. */
export function labelsOutput(outputs: readonly OutputSpec[]): OutputSpec | undefined {
  const width = outputs.find(({ multiLabel }) => multiLabel)?.labels?.length;
  const [own, ...others] = outputs.filter(
    ({ datatype, shape, labels }) =>
      !labels && (datatype === 'BOOL' || /^U?INT/.test(datatype)) && shape.length === 2 && shape[1] === width,
  );
  return others.length === 0 ? own : undefined;
}

/** What a prediction calls the values of a classifier: scores, where serving.yaml says that they are no probabilities. */
export function scoreField({ activation }: OutputSpec): 'probabilities' | 'scores' {
  return activation === 'none' ? 'scores' : 'probabilities';
}

/** From which probability on a label applies; of scores, 0 is the probability 0.5 of a sigmoid. */
export function thresholdOf({ threshold, activation }: OutputSpec): number {
  return threshold ?? (activation === 'none' ? 0 : 0.5);
}
