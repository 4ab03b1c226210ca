type Side = 'left' | 'right';

/** How sequences are filled up. */
export interface Padding {
  /** Undefined where neither file names a token: then texts are not filled up. */
  readonly id: number | undefined;
  readonly typeId: number;
  readonly side: Side;
  /** Every sequence has at least so many tokens. */
  readonly length: number | undefined;
  readonly multipleOf: number | undefined;
}

/** How longer sequences are cut. */
export interface Truncation {
  /** As training set it; undefined where neither file does. */
  readonly maxTokens: number | undefined;
  readonly side: Side;
  readonly strategy: 'LongestFirst' | 'OnlyFirst' | 'OnlySecond';
}

interface Definition {
  readonly padding?: {
    readonly strategy?: 'BatchLongest' | { readonly Fixed?: number };
    readonly direction?: string;
    readonly pad_to_multiple_of?: number | null;
    readonly pad_id?: number;
    readonly pad_type_id?: number;
  } | null;
  readonly truncation?: {
    readonly max_length?: number;
    readonly direction?: string;
    readonly strategy?: Truncation['strategy'];
  } | null;
}

interface Config {
  readonly pad_token?: string | { readonly content?: string } | null;
  readonly padding_side?: string;
  readonly truncation_side?: string;
  readonly model_max_length?: number;
}

/** Tokens of a vocabulary that fill up, where no file names one. */
const PADDING_TOKENS = ['[PAD]', '<pad>'];

/** Up to this length tokenizer_config.json is followed: what it says beyond is the architecture's, or stands for "no bound". */
const MODEL_LENGTH = 512;

/** @param idOf the id of a token of the vocabulary */
export function paddingOf({ padding }: Definition, config: Config, idOf: (token: string) => number | null): Padding {
  const { pad_token: named } = config;
  const own = typeof named === 'string' ? named : named?.content;
  const known = [...(own === undefined ? [] : [own]), ...PADDING_TOKENS].map(idOf).find((id) => id !== null);
  const strategy = padding?.strategy;
  return {
    id: padding?.pad_id ?? known ?? undefined,
    typeId: padding?.pad_type_id ?? 0,
    side: sideOf(padding?.direction ?? config.padding_side),
    length: typeof strategy === 'object' ? strategy.Fixed : undefined,
    multipleOf: padding?.pad_to_multiple_of ?? undefined,
  };
}

export function truncationOf({ truncation }: Definition, config: Config): Truncation {
  const { model_max_length: longest } = config;
  const ofModel = typeof longest === 'number' && longest >= 1 && longest <= MODEL_LENGTH ? longest : undefined;
  return {
    maxTokens: truncation?.max_length ?? ofModel,
    side: sideOf(truncation?.direction ?? config.truncation_side),
    strategy: truncation?.strategy ?? 'LongestFirst',
  };
}

function sideOf(name: string | undefined): Side {
  return name?.toLowerCase() === 'left' ? 'left' : 'right';
}
