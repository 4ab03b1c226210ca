/** Keys under which exporters leave the size of what a model takes in `metadata_props`. */
const SIZE_KEYS = [
  'imgsz',
  'image_size',
  'img_size',
  'input_size',
  'input_shape',
  'crop_size',
  'max_length',
  'max_seq_length',
  'sequence_length',
  'n_features',
];
/** A model names few sizes; a longer text is something else. */
const MAX_TEXT = 256;
const LARGEST = 65_536;

/** Sizes that free axes are tried at, in this order: a weight may fix one that the graph does not declare. */
const COMMON = [
  1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 20, 24, 28, 30, 32, 48, 50, 64, 96, 100, 128, 224, 256, 299,
  320, 384, 416, 512, 640,
];

/**
 * Sizes for the free axes of a model, one list for each try: those that the file's metadata names first (`imgsz: [640, 480]`),
 * then the same common one for all.
 * @param count number of free axes
 */
export function sizesToTry(metadata: Readonly<Record<string, string>>, count: number): readonly (readonly number[])[] {
  if (count === 0) return [[]];
  const named = SIZE_KEYS.flatMap((key) => (Object.hasOwn(metadata, key) ? [numbersIn(metadata[key] ?? '')] : []));
  const inOrder = named.flatMap((sizes) => {
    // Those of the last axes, where the text names the batch and the channels as well.
    const last = sizes.slice(-count);
    return last.length === count ? [last] : [];
  });
  const alike = [...named.flat(), ...COMMON].map((size) => new Array<number>(count).fill(size));
  const distinct = new Map([...inOrder, ...alike].map((sizes) => [sizes.join(), sizes]));
  return [...distinct.values()];
}

function numbersIn(text: string): number[] {
  if (text.length > MAX_TEXT) return [];
  return (text.match(/\d+/g) ?? []).map(Number).filter((size) => size >= 1 && size <= LARGEST);
}
