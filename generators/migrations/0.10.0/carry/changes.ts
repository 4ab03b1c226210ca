import { hunksOf } from '../../../merge/regions.ts';
import type { Labels } from '../../../merge/text-merge.ts';
import { type Import, importsIn, importText, namesIn, sortedImports } from './imports.ts';

/** A place of a file that a team has changed, without imports and blank lines around it. */
export interface Change {
  /** Where it begins in the base, by line from 0. */
  readonly at: number;
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

const isBlank = (line: string) => line.trim() === '';

function trimmed(lines: readonly string[]): readonly string[] {
  const first = lines.findIndex((line) => !isBlank(line));
  return first === -1 ? [] : lines.slice(first, lines.findLastIndex((line) => !isBlank(line)) + 1);
}

/** Lines of a side that are looked at apart from the rest: its imports, and what else is named. */
function without(lines: readonly string[], more: readonly (readonly [number, number])[]) {
  const ranges = [...importsIn(lines).map(({ range }) => range), ...more];
  return (line: number) => !ranges.some(([start, end]) => line >= start && line < end);
}

/**
 * What a team has made of a file, place by place; null where the two have too little in common.
 * @param apart lines of base and of yours that are looked at elsewhere
 */
export function changesOf(
  base: readonly string[],
  yours: readonly string[],
  apart: {
    readonly base?: readonly [number, number] | undefined;
    readonly yours?: readonly [number, number] | undefined;
  } = {},
): Change[] | null {
  const [isOfBase, isOfYours] = [
    without(base, apart.base ? [apart.base] : []),
    without(yours, apart.yours ? [apart.yours] : []),
  ];
  const part = (lines: readonly string[], start: number, length: number, isLooked: (line: number) => boolean) =>
    trimmed(lines.slice(start, start + length).filter((_, index) => isLooked(start + index)));
  const changes = hunksOf(base, yours)?.map(({ baseStart, baseLength, sideStart, sideLength }) => ({
    at: baseStart,
    added: part(yours, sideStart, sideLength, isOfYours),
    removed: part(base, baseStart, baseLength, isOfBase),
  }));
  return changes?.filter(({ added, removed }) => added.length + removed.length > 0) ?? null;
}

/** The first line of the base at or after a place that is not blank; empty at the end. */
export function nextLine(base: readonly string[], at: number): string {
  return base.slice(at).find((line) => !isBlank(line)) ?? '';
}

/** Whether brackets are closed as often as they are opened: such lines can be moved as they are. */
export function isComplete(lines: readonly string[]): boolean {
  const plain = lines
    .join('\n')
    .replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|\/\/.*$|\/(?:[^/\\\n*]|\\.)+\//gm, '');
  const count = (signs: RegExp) => plain.match(signs)?.length ?? 0;
  return ['()', '[]', '{}'].every(
    ([open, close]) => count(new RegExp(`\\${open}`, 'g')) === count(new RegExp(`\\${close}`, 'g')),
  );
}

/** Names that a file declares itself at its top level: they are not there where its lines go. */
export function declaredIn(lines: readonly string[]): ReadonlySet<string> {
  const single = /^(?:export\s+)?(?:async\s+)?(?:const|let|function|class|type|interface)\s+([\w$]+)/;
  const several = /^const\s+\{([^}]*)\}/;
  return new Set(
    lines.flatMap((line) => {
      const list = several.exec(line)?.[1];
      if (list !== undefined) return list.split(',').map((name) => name.trim());
      return single.exec(line)?.[1] ?? [];
    }),
  );
}

/** Whether lines use one of some names. */
export function usesAny(lines: readonly string[], names: Iterable<string>): boolean {
  const used = namesIn(lines.join('\n'));
  return [...names].some((name) => used.has(name));
}

/** A change that cannot be carried over, between conflict markers. */
export function asConflict({ added, removed }: Change, labels: Labels): string[] {
  const old = removed.length === 0 ? [] : [`||||||| ${labels.base}`, ...removed];
  return [`<<<<<<< ${labels.yours}`, ...added, ...old, '=======', `>>>>>>> ${labels.theirs}`];
}

/** The new file's import block with what carried lines need of the team's imports; null where it has none. */
export function withImports(
  theirs: readonly string[],
  yours: readonly string[],
  carried: readonly string[],
): string[] | null {
  const own = importsIn(theirs);
  const [first, last] = [own[0], own.at(-1)];
  if (first === undefined || last === undefined) return null;
  const known = new Set(own.flatMap(({ whole, named }) => [...whole, ...named].map(({ name }) => name)));
  const used = new Set([...namesIn(carried.join('\n'))].filter((name) => !known.has(name)));
  const added = importsIn(yours).flatMap((one) => importText(one, used) ?? []);
  const texts = own.map(({ range }: Import) => theirs.slice(...range).join('\n'));
  const block = sortedImports([...new Set([...texts, ...added])]).flatMap((text) => text.split('\n'));
  return [...theirs.slice(0, first.range[0]), ...block, ...theirs.slice(last.range[1])];
}
