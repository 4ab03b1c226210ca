import type { Edit } from './values/context.ts';

/** A file in which more than this many attempts fail is not worth the search. */
const MOST_ATTEMPTS = 250;

/** Edits that could be done, what came of them, and those that could not. */
export interface Done {
  readonly text: string;
  readonly failed: readonly Edit[];
}

/** The edits by what is done together or not at all. */
function unitsOf(edits: readonly Edit[]): Edit[][] {
  const units = new Map<string, Edit[]>();
  for (const [index, edit] of edits.entries()) {
    const unit = edit.unit ?? String(index);
    const known = units.get(unit);
    if (known === undefined) units.set(unit, [edit]);
    else known.push(edit);
  }
  return [...units.values()];
}

/**
 * Does as many edits as possible: all at once, and where that fails, halves of them, so that one that cannot be done does not
 * keep the others from being done.
 * @param attempt the text with the edits done; null where they cannot be done exactly
 */
export function doLargest(
  source: string,
  edits: readonly Edit[],
  attempt: (edits: readonly Edit[]) => string | null,
): Done {
  let text = source;
  let attempts = 0;
  const done = new Set<Edit>();
  const failed: Edit[] = [];
  const add = (units: readonly Edit[][]): void => {
    const more = units.flat();
    const wanted = new Set([...done, ...more]);
    const result = attempts++ < MOST_ATTEMPTS ? attempt(edits.filter((edit) => wanted.has(edit))) : null;
    if (result !== null) {
      text = result;
      for (const edit of more) done.add(edit);
    } else if (units.length === 1 || attempts > MOST_ATTEMPTS) failed.push(...more);
    else {
      const half = Math.ceil(units.length / 2);
      add(units.slice(0, half));
      add(units.slice(half));
    }
  };
  const units = unitsOf(edits);
  if (units.length > 0) add(units);
  return { text, failed };
}
