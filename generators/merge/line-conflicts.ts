import { hunksOf } from './regions.ts';
import type { KeyConflict } from './structured.ts';
import { splitText } from './text.ts';

/** More places than this are not listed one by one. */
const MOST_SHOWN = 50;
const LONGEST_SHOWN = 80;

/** Lines of the template's that were not merged, at a line of the file. */
export function lineConflict(line: number, text: string): KeyConflict {
  const first = text.split('\n')[0] ?? '';
  const theirs =
    text === '' ? 'removed it' : first.length > LONGEST_SHOWN ? `${first.slice(0, LONGEST_SHOWN)}…` : first;
  return { key: `line ${line}`, theirs, text: text === '' ? null : text, why: 'both-changed' };
}

/** All that the template has changed in a file, where nothing of it could be merged. */
export function changesOf(base: string, theirs: string): KeyConflict[] {
  const [old, fresh] = [splitText(base).lines, splitText(theirs).lines];
  const hunks = hunksOf(old, fresh) ?? [
    { baseStart: 0, baseLength: old.length, sideStart: 0, sideLength: fresh.length },
  ];
  return hunks
    .slice(0, MOST_SHOWN)
    .map(({ sideStart, sideLength }) =>
      lineConflict(sideStart + 1, fresh.slice(sideStart, sideStart + sideLength).join('\n')),
    );
}
