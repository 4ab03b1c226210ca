import { hunksOf, regionsOf } from './regions.ts';
import { isEnded, splitText, type Text, threeWay, usualEnd } from './text.ts';

export interface Labels {
  readonly yours: string;
  readonly base: string;
  readonly theirs: string;
}

export interface TextMerge {
  readonly text: string;
  /** How many places are left to the person, each between markers. */
  readonly conflicts: number;
}

interface Line {
  readonly text: string;
  /** Null takes the usual end of the person's file. */
  readonly end: string | null;
}

const MARKER = 7;

function marker(sign: string, label = ''): Line {
  return { text: `${sign.repeat(MARKER)}${label && ` ${label}`}`, end: null };
}

function plain(lines: readonly string[]): Line[] {
  return lines.map((text) => ({ text, end: null }));
}

function ownLines(text: Text, [start, end]: readonly [number, number]): Line[] {
  return text.lines.slice(start, end).map((line, i) => ({ text: line, end: text.ends[start + i] || null }));
}

/** Spreading into push overflows the stack on a long file. */
function append(lines: Line[], more: readonly Line[]): void {
  for (const line of more) lines.push(line);
}

function isSame(own: readonly Line[], theirs: readonly string[]): boolean {
  return own.length === theirs.length && own.every(({ text }, index) => text === theirs[index]);
}

function conflictLines(
  own: readonly Line[],
  base: readonly string[] | null,
  theirs: readonly string[],
  labels: Labels,
) {
  return [
    marker('<', labels.yours),
    ...own,
    ...(base === null ? [] : [marker('|', labels.base), ...plain(base)]),
    marker('='),
    ...plain(theirs),
    marker('>', labels.theirs),
  ];
}

function endsInMarker(lines: readonly Line[]): boolean {
  return lines.at(-1)?.text.startsWith('>'.repeat(MARKER)) === true;
}

function assemble(lines: readonly Line[], usual: string, ended: boolean, bom: boolean): string {
  const last = lines.length - 1;
  const parts = lines.map(({ text, end }, index) => text + (index === last && !ended ? '' : (end ?? usual)));
  return (bom ? '\ufeff' : '') + parts.join('');
}

/** What becomes of lines that both sides changed; `at` is how many lines come before them. */
type OnClash = (mine: readonly Line[], base: readonly string[], theirs: readonly string[], at: number) => Line[];

function mergeLines(base: Text, yours: Text, theirs: Text, onClash: OnClash): Line[] {
  const merged: Line[] = [];
  const [own, its] = [hunksOf(base.lines, yours.lines), hunksOf(base.lines, theirs.lines)];
  const whole = (text: Text): [number, number] => [0, text.lines.length];
  const everything = { changedBy: 'both', base: whole(base), yours: whole(yours), theirs: whole(theirs) } as const;
  for (const region of own && its ? regionsOf(base.lines.length, own, its) : [everything]) {
    const mine = ownLines(yours, region.yours);
    const fresh = theirs.lines.slice(...region.theirs);
    if (region.changedBy === 'theirs') append(merged, plain(fresh));
    else if (region.changedBy !== 'both' || isSame(mine, fresh)) append(merged, mine);
    else append(merged, onClash(mine, base.lines.slice(...region.base), fresh, merged.length));
  }
  return merged;
}

function assembleThree(lines: readonly Line[], base: Text, yours: Text, theirs: Text): string {
  const ended = endsInMarker(lines) || threeWay(isEnded(base), isEnded(yours), isEnded(theirs));
  const bom = threeWay(base.bom, yours.bom, theirs.bom);
  // A person whose file has the template's line ends follows when the template changes them.
  const usual = usualEnd(yours) === usualEnd(base) ? usualEnd(theirs) : usualEnd(yours);
  return assemble(lines, yours.lines.length === 0 ? usualEnd(theirs) : usual, ended, bom);
}

/** Merges three texts line by line; the person's own line ends stay as they are. */
export function mergeText(baseSource: string, yoursSource: string, theirsSource: string, labels: Labels): TextMerge {
  const [base, yours, theirs] = [splitText(baseSource), splitText(yoursSource), splitText(theirsSource)];
  let conflicts = 0;
  const lines = mergeLines(base, yours, theirs, (mine, old, fresh) => {
    conflicts++;
    return conflictLines(mine, old, fresh, labels);
  });
  return { text: assembleThree(lines, base, yours, theirs), conflicts };
}

/** Lines of the template that were not merged, because the person changed the same place. */
export interface KeptLines {
  /** Where the person's lines are in the merged text, from 1. */
  readonly line: number;
  readonly theirs: string;
}

/** Merges as `mergeText` does, and keeps the person's lines where both changed a place. */
export function mergeKeeping(baseSource: string, yoursSource: string, theirsSource: string) {
  const [base, yours, theirs] = [splitText(baseSource), splitText(yoursSource), splitText(theirsSource)];
  const kept: KeptLines[] = [];
  const lines = mergeLines(base, yours, theirs, (mine, _, fresh, at) => {
    kept.push({ line: at + 1, theirs: fresh.join('\n') });
    return [...mine];
  });
  return { text: assembleThree(lines, base, yours, theirs), kept };
}

/** Puts two texts that have no common ancestor into one, every difference between markers. */
export function mergeTextWithoutBase(yoursSource: string, theirsSource: string, labels: Labels): TextMerge {
  const [yours, theirs] = [splitText(yoursSource), splitText(theirsSource)];
  const size = yours.lines.length;
  const whole = [{ baseStart: 0, baseLength: size, sideStart: 0, sideLength: theirs.lines.length }];
  const hunks = hunksOf(yours.lines, theirs.lines) ?? whole;
  const lines: Line[] = [];
  let from = 0;
  for (const { baseStart, baseLength, sideStart, sideLength } of hunks) {
    append(lines, ownLines(yours, [from, baseStart]));
    from = baseStart + baseLength;
    const fresh = theirs.lines.slice(sideStart, sideStart + sideLength);
    append(lines, conflictLines(ownLines(yours, [baseStart, from]), null, fresh, labels));
  }
  append(lines, ownLines(yours, [from, size]));
  const ended = endsInMarker(lines) || isEnded(yours);
  const usual = size === 0 ? usualEnd(theirs) : usualEnd(yours);
  return { text: assemble(lines, usual, ended, yours.bom), conflicts: hunks.length };
}

/** Whether a text holds lines that look like conflict markers. */
export function hasMarkers(source: string): boolean {
  return /^(<{7}|>{7})( |\r?$)/m.test(source);
}
