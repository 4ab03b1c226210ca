/** The name that somebody most likely meant; undefined where none is near. */
export function nearest<Name extends string>(word: string, names: readonly Name[]): Name | undefined {
  const plain = (text: string) => text.toLowerCase().replaceAll('-', '');
  const [best] = names
    .map((name) => ({ name, distance: editDistance(plain(word), plain(name)) }))
    .sort((a, b) => a.distance - b.distance);
  // Of a word of one or two letters, two changes leave nothing: any other name would be near.
  return best && best.distance <= 2 && best.distance <= word.length / 2 ? best.name : undefined;
}

/** Levenshtein's distance, by rows (Wagner and Fischer, 1974). Long keys are cut: they are near to nothing anyway. */
function editDistance(a: string, b: string): number {
  const left = a.slice(0, 40);
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (left[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? left.length;
}
