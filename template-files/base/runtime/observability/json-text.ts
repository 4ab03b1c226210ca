/**
 * JSON.stringify for values that may hold bigints, which it refuses: integers beyond 2^53 become strings, as in predictions.
 * Undefined for what has no JSON. @throws as JSON.stringify does, of cycles and of lists nested too deep for its stack
 */
export function toJsonText(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (error) {
    // Rare: only then is the slower way needed.
    if (!(error instanceof TypeError)) throw error;
    return JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? readable(part) : part));
  }
}

function readable(integer: bigint): number | string {
  const number = Number(integer);
  return Number.isSafeInteger(number) ? number : String(integer);
}
