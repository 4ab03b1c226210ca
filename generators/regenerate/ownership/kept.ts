import { diffLines } from 'diff';
import type { FileState } from '../../merge/states.ts';
import { decodeText } from '../../merge/text.ts';

/** What the template has changed in a file that the team owns, and that is not applied. */
export interface KeptChange {
  readonly base: FileState | null;
  readonly theirs: FileState;
  /** Lines that the template has changed; null where the file is no text, or not known as it was. */
  readonly lines: number | null;
}

export function keptChange(base: FileState | null, theirs: FileState): KeptChange {
  const [was, is] = [base, theirs].map((file) => {
    const bytes = file?.bytes() ?? null;
    return bytes && decodeText(bytes);
  });
  const isKnown = typeof was === 'string' && typeof is === 'string';
  return { base, theirs, lines: isKnown ? changedLines(was, is) : null };
}

/** A line that became another one counts once. */
function changedLines(was: string, is: string): number {
  let [removed, total] = [0, 0];
  for (const part of diffLines(was, is)) {
    if (part.removed) removed = part.count;
    else if (part.added) total += Math.max(removed, part.count);
    else total += removed;
    if (!part.removed) removed = 0;
  }
  return total + removed;
}
