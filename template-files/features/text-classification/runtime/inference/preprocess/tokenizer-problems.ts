/** The kinds of each part that the library has. */
const KINDS = {
  model: ['BPE', 'Unigram', 'WordLevel', 'WordPiece'],
  normalizer: [
    'BertNormalizer',
    'ByteLevel',
    'Lowercase',
    'NFC',
    'NFD',
    'NFKC',
    'NFKD',
    'Nmt',
    'Precompiled',
    'Prepend',
    'Replace',
    'Sequence',
    'Strip',
    'StripAccents',
  ],
  pre_tokenizer: [
    'BertPreTokenizer',
    'ByteLevel',
    'CharDelimiterSplit',
    'Digits',
    'FixedLength',
    'Metaspace',
    'Punctuation',
    'Sequence',
    'Split',
    'UnicodeScripts',
    'Whitespace',
    'WhitespaceSplit',
  ],
  post_processor: ['BertProcessing', 'ByteLevel', 'RobertaProcessing', 'Sequence', 'TemplateProcessing'],
} as const;

type Part = Readonly<Record<string, unknown>>;

/**
 * What keeps a tokenizer.json from being used, in words: the library reports an unknown kind without its name, draws random
 * tokens where there is `dropout`, and ends the process at a template whose special token has no id.
 */
export function tokenizerProblems(definition: unknown): string[] {
  if (!isPart(definition)) return ['expected an object'];
  if (!isPart(definition['model'])) return ['model: expected an object'];
  const parts = (Object.keys(KINDS) as (keyof typeof KINDS)[]).flatMap((key) =>
    partsOf(definition[key], key).map(({ part, place }) => ({ part, place, kinds: KINDS[key] as readonly string[] })),
  );
  return [
    ...parts.flatMap(({ part, place, kinds }) => kindProblems(part, place, kinds)),
    ...dropoutProblems(definition['model']),
    ...parts.flatMap(({ part, place }) => templateProblems(part, place)),
  ];
}

/** A part, and the parts of a sequence. */
function partsOf(part: unknown, place: string): { part: Part; place: string }[] {
  if (!isPart(part)) return [];
  const own = ['normalizers', 'pretokenizers', 'processors'].flatMap((key) => {
    const list = part[key];
    return Array.isArray(list) ? list.flatMap((one, at) => partsOf(one, `${place}.${key}[${at}]`)) : [];
  });
  return [{ part, place }, ...own];
}

/** Files of older versions name no kind: the library finds it by the keys. */
function kindProblems({ type }: Part, place: string, kinds: readonly string[]): string[] {
  if (type === undefined || kinds.includes(type as string)) return [];
  return [`${place}.type: expected one of ${kinds.join(', ')}, found ${shown(type)}`];
}

function dropoutProblems({ dropout }: Part): string[] {
  if (dropout === undefined || dropout === null || dropout === 0) return [];
  return [`model.dropout: expected null, found ${shown(dropout)}: the same text would get other tokens each time`];
}

function templateProblems({ type, single, pair, special_tokens: known }: Part, place: string): string[] {
  if (type !== 'TemplateProcessing') return [];
  const pieces = [single, pair].flatMap((list) => (Array.isArray(list) ? (list as unknown[]) : []));
  const named = pieces.flatMap((piece) => {
    const special = isPart(piece) ? piece['SpecialToken'] : undefined;
    return isPart(special) ? [String(special['id'])] : [];
  });
  const ids = isPart(known) ? known : {};
  const missing = [...new Set(named)].filter((name) => !Object.hasOwn(ids, name));
  return missing.map((name) => `${place}.special_tokens: ${shown(name)} is missing, which the template names`);
}

function isPart(value: unknown): value is Part {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  return JSON.stringify(value).slice(0, 60);
}
