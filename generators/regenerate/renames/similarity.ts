/** What a text is compared by: its lines without indentation and blank ones, each with the characters it adds up to. */
export interface Fingerprint {
  readonly lines: ReadonlyMap<string, number>;
  /** Characters of all lines. */
  readonly size: number;
}

/** The fingerprint of a text. Indentation and ends of line do not count: a formatter may have changed them. */
export function fingerprint(text: string): Fingerprint {
  const lines = new Map<string, number>();
  let size = 0;
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    if (line === '') continue;
    lines.set(line, (lines.get(line) ?? 0) + line.length);
    size += line.length;
  }
  return { lines, size };
}

/** A pair of texts, by their positions in the two lists, and how much they have in common. */
export interface Resemblance {
  readonly old: number;
  readonly own: number;
  /** Per cent of the larger text, rounded down, as Git counts it. */
  readonly percent: number;
}

/**
 * All pairs that have at least so much in common. The work follows the lines of the second list and how many texts of the
 * first hold each of them, not the product of the two lists.
 */
export function resemblances(
  olds: readonly (Fingerprint | null)[],
  owns: readonly (Fingerprint | null)[],
  least: number,
): Resemblance[] {
  const holders = new Map<string, [old: number, weight: number][]>();
  olds.forEach((one, old) => {
    for (const [line, weight] of one?.lines ?? []) {
      const known = holders.get(line);
      if (known) known.push([old, weight]);
      else holders.set(line, [[old, weight]]);
    }
  });
  return owns.flatMap((one, own) => {
    if (one === null) return [];
    const common = new Map<number, number>();
    for (const [line, weight] of one.lines) {
      for (const [old, other] of holders.get(line) ?? []) {
        common.set(old, (common.get(old) ?? 0) + Math.min(weight, other));
      }
    }
    return [...common].flatMap(([old, weight]) => {
      const percent = Math.floor((100 * weight) / Math.max(one.size, olds[old]?.size ?? 0));
      return percent >= least ? [{ old, own, percent }] : [];
    });
  });
}
