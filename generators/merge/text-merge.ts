import { diff3MergeRegions, diffIndices } from 'node-diff3';
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

/** Above this many pairs of equal lines the search for what two sides share takes minutes: it counts as one conflict. */
const MOST_PAIRS = 20_000_000;
const MARKER = 7;

function marker(sign: string, label = ''): Line {
  return { text: `${sign.repeat(MARKER)}${label && ` ${label}`}`, end: null };
}

function plain(lines: readonly string[]): Line[] {
  return lines.map((text) => ({ text, end: null }));
}

function ownLines(text: Text, start: number, length: number): Line[] {
  return text.lines.slice(start, start + length).map((line, i) => ({ text: line, end: text.ends[start + i] || null }));
}

/** Where each line of the base that the person kept stands in the person's file. */
function positionsOf(base: string[], yours: string[]): Int32Array {
  const positions = new Int32Array(base.length).fill(-1);
  let from = 0;
  let shift = 0;
  const tail = { buffer1: [base.length, 0], buffer2: [yours.length, 0] };
  for (const hunk of [...diffIndices(base, yours), tail]) {
    const [start = 0, length = 0] = hunk.buffer1;
    for (let i = from; i < start; i++) positions[i] = i + shift;
    from = start + length;
    shift = (hunk.buffer2[0] ?? 0) + (hunk.buffer2[1] ?? 0) - from;
  }
  return positions;
}

function pairsOf(a: readonly string[], b: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const line of a) counts.set(line, (counts.get(line) ?? 0) + 1);
  return b.reduce((sum, line) => sum + (counts.get(line) ?? 0), 0);
}

/** Spreading into push overflows the stack on a long file. */
function append(lines: Line[], more: readonly Line[]): void {
  for (const line of more) lines.push(line);
}

function isSame(a: string[], b: string[]): boolean {
  return a.length === b.length && a.every((line, index) => line === b[index]);
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

/** Merges three texts line by line; the person's own line ends stay as they are. */
export function mergeText(baseSource: string, yoursSource: string, theirsSource: string, labels: Labels): TextMerge {
  const [base, yours, theirs] = [splitText(baseSource), splitText(yoursSource), splitText(theirsSource)];
  const [o, a, b] = [[...base.lines], [...yours.lines], [...theirs.lines]];
  const out: Line[] = [];
  let conflicts = 0;
  if (Math.max(pairsOf(o, a), pairsOf(o, b)) > MOST_PAIRS) {
    append(out, conflictLines(ownLines(yours, 0, a.length), o, b, labels));
    conflicts = 1;
  } else {
    const positions = positionsOf(o, a);
    for (const region of diff3MergeRegions(a, o, b)) {
      if (!region.stable) {
        const own = ownLines(yours, region.aStart, region.aLength);
        if (isSame(region.aContent, region.bContent)) append(out, own);
        else {
          append(out, conflictLines(own, region.oContent, region.bContent, labels));
          conflicts++;
        }
      } else if (region.buffer === 'b') append(out, plain(region.bufferContent));
      else if (region.buffer === 'a') append(out, ownLines(yours, region.bufferStart, region.bufferLength));
      else {
        for (let i = region.bufferStart; i < region.bufferStart + region.bufferLength; i++) {
          append(out, ownLines(yours, positions[i] ?? 0, 1));
        }
      }
    }
  }
  const ended = endsInMarker(out) || threeWay(isEnded(base), isEnded(yours), isEnded(theirs));
  const bom = threeWay(base.bom, yours.bom, theirs.bom);
  // A person whose file has the template's line ends follows when the template changes them.
  const usual = usualEnd(yours) === usualEnd(base) ? usualEnd(theirs) : usualEnd(yours);
  return { text: assemble(out, a.length === 0 ? usualEnd(theirs) : usual, ended, bom), conflicts };
}

/** Puts two texts that have no common ancestor into one, every difference between markers. */
export function mergeWithoutBase(yoursSource: string, theirsSource: string, labels: Labels): TextMerge {
  const [yours, theirs] = [splitText(yoursSource), splitText(theirsSource)];
  const [a, b] = [[...yours.lines], [...theirs.lines]];
  const whole = { buffer1: [0, a.length], buffer2: [0, b.length], buffer2Content: b };
  const hunks = pairsOf(a, b) > MOST_PAIRS ? [whole] : diffIndices(a, b);
  const out: Line[] = [];
  let from = 0;
  for (const { buffer1, buffer2Content } of hunks) {
    const [start = 0, length = 0] = buffer1;
    append(out, ownLines(yours, from, start - from));
    append(out, conflictLines(ownLines(yours, start, length), null, buffer2Content, labels));
    from = start + length;
  }
  append(out, ownLines(yours, from, a.length - from));
  const ended = endsInMarker(out) || isEnded(yours);
  const usual = a.length === 0 ? usualEnd(theirs) : usualEnd(yours);
  return { text: assemble(out, usual, ended, yours.bom), conflicts: hunks.length };
}

/** Whether a text holds lines that look like conflict markers. */
export function hasMarkers(source: string): boolean {
  return /^(<{7}|>{7})( |\r?$)/m.test(source);
}
