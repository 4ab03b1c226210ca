const counts = new Map();

/** Counts one more. */
export function count(name) {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
