/**
 * Bins of a column: where a value belongs, and what each bin is called. The same bins serve the reference and the live
 * counters, so that their shares can be compared.
 */
export interface Bins {
  readonly labels: readonly string[];
  readonly indexOf: (value: number | string) => number;
}

/** Bins that are no range and no category. */
export const BELOW = '_below';
export const ABOVE = '_above';
export const OTHER = '_other';
export const MISSING = '_missing';
const SPECIAL: ReadonlySet<string> = new Set([BELOW, ABOVE, OTHER, MISSING]);

/** Series are bounded: further categories and classes share a bin. */
export const MAX_CATEGORIES = 50;

/** A category of the name of a special bin keeps apart from it. */
const named = (category: string): string => (SPECIAL.has(category) ? `_${category}` : category);

/**
 * Ranges between edges in rising order: each holds its lower edge, the last one both. An edge that is there twice makes a bin of
 * that value alone, which the range above it does not hold. What lies outside has bins of its own.
 * @param single the values are floats of 32 bits, and so are the edges compared
 */
export function rangeBins(edges: readonly number[], single: boolean): Bins {
  const bounds = Float64Array.from(edges, (edge) => (single ? Math.fround(edge) : edge));
  const ranges = edges.length - 1;
  const isAlone = (bin: number): boolean => bounds[bin] === bounds[bin + 1];
  const labels = Array.from({ length: ranges }, (_, i) => {
    const ends = [isAlone(i - 1) ? '(' : '[', isAlone(i) || i === ranges - 1 ? ']' : ')'];
    return `${ends[0]}${edges[i]}, ${edges[i + 1]}${ends[1]}`;
  });
  const lowest = bounds[0] as number;
  const highest = bounds[ranges] as number;
  return {
    labels: [...labels, BELOW, ABOVE, MISSING],
    indexOf(value) {
      const number = value as number;
      if (!Number.isFinite(number)) return ranges + 2;
      if (number < lowest) return ranges;
      if (number > highest) return ranges + 1;
      let bin = ranges - 1;
      while (bin > 0 && number < (bounds[bin] as number)) bin -= 1;
      return bin > 0 && number === bounds[bin] && isAlone(bin - 1) ? bin - 1 : bin;
    },
  };
}

/** One bin for each known value; an empty string is what the model gets for a missing one. */
export function categoryBins(categories: readonly string[]): Bins {
  const places = new Map(categories.map((category, i) => [category, i]));
  const other = categories.length;
  return {
    labels: [...categories.map(named), OTHER, MISSING],
    indexOf: (value) => places.get(value as string) ?? (value === '' ? other + 1 : other),
  };
}

/**
 * Classes by their number; of very many the last ones share a bin.
 * @param strangers whether there may be values that are none of the classes: they have the last bin
 */
export function labelBins(labels: readonly string[], strangers = false): Bins {
  const shown = Math.min(labels.length, MAX_CATEGORIES);
  const rest = strangers || shown < labels.length ? [OTHER] : [];
  return {
    labels: [...labels.slice(0, shown).map(named), ...rest],
    indexOf: (value) => Math.min(value as number, shown),
  };
}
