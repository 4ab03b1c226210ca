/** The words for tensors that every room shares: the Open Inference Protocol's datatypes and what serving.yaml says of a tensor. */

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

export type Datatype = (typeof DATATYPES)[number];

export const MODEL_TYPES = [
  'tabular-classification',
  'tabular-regression',
  'image-classification',
  'text-classification',
  'custom',
] as const;

export type ModelType = (typeof MODEL_TYPES)[number];

/** One column of a tabular input. */
export interface Feature {
  readonly name: string;
  readonly description?: string;
  readonly unit?: string;
  readonly min?: number;
  readonly max?: number;
  /** Known values of a column of texts. */
  readonly categories?: readonly string[];
  /** May be null or left out. */
  readonly nullable?: boolean;
  /** What the model gets where the value is null or left out. */
  readonly missing?: string | number;
  /** The model gets the place of a category in the list. */
  readonly encode?: 'ordinal';
  /** With `encode`, what it gets for any other text. */
  readonly unknown?: number;
  /** Clients send dates; the model gets the time after `since` in this unit. */
  readonly date?: 'days' | 'seconds' | 'milliseconds';
  readonly since?: string;
}

/** Training libraries whose results the service computes for pictures. */
export const PICTURE_PROFILES = ['torchvision', 'pil', 'keras', 'opencv', 'timm', 'yolo', 'huggingface'] as const;
export type PictureProfile = (typeof PICTURE_PROFILES)[number];

/** How a picture becomes the tensor of an input; what is left out has a default. */
export interface ImageSteps {
  /** The training library whose results are computed. Left out: the decoder's own resize. */
  readonly profile?: PictureProfile;
  /** With a profile: height and width of the picture that the model takes, where its shape leaves them free. */
  readonly size?: readonly number[];
  /** With a profile: how the longer side is rounded once the shorter one has its length. */
  readonly rounding?: 'truncate' | 'round';
  /** With a profile and `cover`: rows above and columns left of the crop. */
  readonly cropOffset?: readonly number[];
  readonly interpolation?: 'nearest' | 'bilinear' | 'bicubic' | 'lanczos' | 'area';
  readonly antialias?: boolean;
  readonly exif?: 'apply' | 'ignore';
  readonly icc?: 'convert' | 'ignore';
  readonly cmyk?: 'plain' | 'convert' | 'refuse';
  readonly alpha?: 'drop' | 'flatten' | 'refuse';
  readonly grey?: 'bt601' | 'bt709';
  readonly animation?: 'refuse' | 'first';
  /** How a picture of another shape is brought to the input's: stretched, cropped or padded. */
  readonly fit?: 'stretch' | 'cover' | 'contain';
  /** With `cover`: resized so that its shorter side has so many pixels, then cropped in the middle. */
  readonly shorterSide?: number;
  readonly color?: 'rgb' | 'bgr';
  /** Each channel of each pixel (0 to 255) becomes (value * scale - mean) / std. */
  readonly scale?: number;
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
  /** Red, green and blue (0 to 255) of what is transparent or padded. */
  readonly background?: readonly number[];
  /** Larger pictures are refused before they are decoded. */
  readonly maxPixels?: number;
}

/** How a text becomes the tensor of an input, or the tensors of several. */
export interface TextSteps {
  readonly trim?: boolean;
  readonly lowercase?: boolean;
  readonly unicode?: 'NFC' | 'NFKC';
  readonly maxCharacters?: number;
  /** Path of the tokenizer.json of a model that takes token ids. */
  readonly tokenizer?: string;
  readonly maxTokens?: number;
  readonly tooLong?: 'truncate' | 'refuse';
  /** Which of the tokenizer's lists this input takes, where its name does not tell. */
  readonly holds?: 'ids' | 'mask' | 'types';
  /** Each instance is a pair of texts: `{"text": …, "text_pair": …}`. */
  readonly pairs?: boolean;
}

export interface TensorSpec {
  readonly name: string;
  readonly datatype: Datatype;
  /** Sizes of the axes; -1 is variable, by custom the first axis is the batch. */
  readonly shape: readonly number[];
  /** Names of the columns of an input, as many as its last axis has. */
  readonly features?: readonly Feature[];
  /** Names of the classes of an output, as many as its last axis has. */
  readonly labels?: readonly string[];
  /** What an output of class labels answers, in the order of the labels; left out where it answers the labels themselves. */
  readonly classes?: readonly (string | number)[];
  /** What makes probabilities of the scores of an output with labels; `none`: they are answered as scores. */
  readonly activation?: 'none' | 'softmax' | 'sigmoid';
  /** Several labels may apply to one row: each has a probability of its own. */
  readonly multiLabel?: boolean;
  /** From which probability (or score) on a label of a multi-label output applies, where the model does not say it itself. */
  readonly threshold?: number;
  /** How many of the likeliest classes a prediction holds, unless its request asks for another number. */
  readonly topK?: number;
  /** NaN and Infinity are values here. */
  readonly allowNonFinite?: boolean;
  /** False where a free first axis is not that of the rows of a request: an instance is then the whole tensors. */
  readonly perRow?: boolean;
  /** What becomes of values beyond the ranges and categories of an input's columns. */
  readonly outOfRange?: 'accept' | 'refuse';
  readonly image?: ImageSteps;
  readonly text?: TextSteps;
}

/** The tensors on both sides of a model. */
export interface Interface {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
}

/** A free first axis of every input and output is the batch; where it is mixed, an instance is the whole tensors. */
export function hasBatchAxis({ inputs, outputs }: Interface): boolean {
  return [...inputs, ...outputs].every(({ shape, perRow }) => shape[0] === -1 && perRow !== false);
}

/** Something that a model's file does not tell, so that a person has to. */
export interface Unknown {
  readonly kind: 'shape' | 'columns' | 'ranges' | 'image' | 'tokens' | 'labels' | 'classes' | 'activation';
  /** Where it belongs in serving.yaml: `inputs[0].features`. */
  readonly path: string;
  readonly question: string;
}

/** A multi-label classifier's own yes or no to each label: the only output of integers or booleans as wide as the scores. */
export function labelsOutput(outputs: readonly TensorSpec[]): TensorSpec | undefined {
  const width = outputs.find(({ multiLabel }) => multiLabel)?.labels?.length;
  const fits = outputs.filter(
    ({ datatype, shape, labels }) =>
      !labels && (datatype === 'BOOL' || /^U?INT/.test(datatype)) && shape.length === 2 && shape[1] === width,
  );
  return fits.length === 1 ? fits[0] : undefined;
}

/** A classifier's own answer to which class it is: the only output of one text or integer a row. */
export function labelOutput(outputs: readonly TensorSpec[]): TensorSpec | undefined {
  const fits = outputs.filter(
    ({ datatype, shape, labels }) =>
      !labels &&
      (datatype === 'BYTES' || /^U?INT/.test(datatype)) &&
      (shape.length === 1 || (shape.length === 2 && shape[1] === 1)),
  );
  return fits.length === 1 ? fits[0] : undefined;
}
