/** What Python's `re` takes for these classes, in the words of RE2, which would take ASCII alone. */
const CLASSES: Readonly<Record<string, string>> = {
  w: '\\p{L}\\p{N}_',
  d: '\\p{Nd}',
  s: '\\t\\n\\x{0b}\\f\\r\\x{1c}-\\x{1f}\\x{85}\\p{Z}',
};

/** A run of letters and digits with or without its boundaries, which are where such a run ends anyway. */
const WORDS = /^(?:\\b)?((?:\\w)+)\+(?:\\b)?$/;

/**
 * The pattern that finds in ONNX Runtime what Python finds with the given one: letters, digits and spaces of every language.
 * Undefined where RE2 has no words for it: a boundary within a pattern, and a negated class within a set.
 */
export function runtimePattern(python: string): string | undefined {
  // RE2 does not know this flag, and would refuse the model. It is Python's default.
  const pattern = python.replace(/^\(\?u\)/, '');
  const [, run] = WORDS.exec(pattern) ?? [];
  if (run !== undefined) return wordPattern(run.length / 2);
  let found = '';
  let isSet = false;
  for (let at = 0; at < pattern.length; at++) {
    const one = pattern[at] as string;
    if (one !== '\\') {
      if (one === '[' && !isSet) isSet = true;
      // The first one in a set stands for itself.
      else if (one === ']' && !/\[\^?$/.test(pattern.slice(Math.max(at - 2, 0), at))) isSet = false;
      found += one;
      continue;
    }
    at += 1;
    const escaped = pattern[at] ?? '';
    const members = CLASSES[escaped.toLowerCase()];
    const isNegated = escaped !== escaped.toLowerCase();
    if (!isSet && /^[bB]$/.test(escaped)) return undefined;
    if (members === undefined) found += one + escaped;
    else if (!isSet) found += `[${isNegated ? '^' : ''}${members}]`;
    else if (isNegated) return undefined;
    else found += members;
  }
  return found;
}

/** Words of so many letters, digits and underscores or more. */
export function wordPattern(least: number): string {
  return `[${CLASSES['w']}]${least === 1 ? '+' : `{${least},}`}`;
}
