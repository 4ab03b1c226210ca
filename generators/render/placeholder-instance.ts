import type { Answers } from '../questions/questions.ts';
import { type Feature, hasBatchAxis, type TensorSpec } from '../tensor.ts';

/** A PNG file of one black pixel, in base64. */
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==';

/**
 * An instance that the declared interface accepts, for the golden sample of a placeholder model: the named columns of a
 * tabular model, else one value a tensor, nested as its shape says without the batch axis.
 */
export function placeholderInstance(answers: Pick<Answers, 'modelType' | 'inputs' | 'outputs'>): unknown {
  const { modelType, inputs } = answers;
  if (modelType === 'image-classification') return { image: PIXEL };
  if (modelType === 'text-classification') {
    const isPair = inputs.some(({ text }) => text?.pairs === true);
    return { text: 'placeholder', ...(isPair && { text_pair: 'placeholder' }) };
  }
  const batched = hasBatchAxis(answers);
  const tabular = modelType.startsWith('tabular');
  const entries = inputs.flatMap((input): [string, unknown][] =>
    tabular && input.features
      ? input.features.map((feature) => [feature.name, element(input, feature)])
      : [[input.name, nested(input, batched ? input.shape.slice(1) : input.shape)]],
  );
  return Object.fromEntries(entries);
}

/** A free axis gets one element. */
function nested(input: TensorSpec, shape: readonly number[]): unknown {
  const [size, ...rest] = shape;
  if (size === undefined) return element(input);
  return Array.from({ length: Math.max(size, 1) }, () => nested(input, rest));
}

/** The middle of the declared range, else zero, else the bound that is declared. */
function element({ datatype }: TensorSpec, feature: Omit<Feature, 'name'> = {}): unknown {
  const { min, max, categories, encode, date, since = '1970-01-01' } = feature;
  if (date) return since;
  if (encode) return categories?.[0];
  if (datatype === 'BYTES') return categories?.[0] ?? '';
  if (datatype === 'BOOL') return false;
  const low = min ?? Math.min(0, max ?? 0);
  const middle = (low + (max ?? Math.max(0, low))) / 2;
  return datatype.startsWith('FP') ? middle : Math.round(middle);
}
