import type { Carry } from '../../../merge/carry.ts';
import {
  asConflict,
  type Change,
  changesOf,
  declaredIn,
  isComplete,
  nextLine,
  usesAny,
  withImports,
} from './changes.ts';
import { importsIn } from './imports.ts';

const GUARDS = /^(?:export )?const guards\b/;
const START = /^await start\(\{ (.*?),? \}\);$/;

/** The declaration of the guards with the comment above it. */
function guardsIn(lines: readonly string[]): readonly [number, number] | undefined {
  const at = lines.findIndex((line) => GUARDS.test(line));
  if (at === -1) return undefined;
  const length = lines
    .slice(at)
    .findIndex((line, index) => line.endsWith(';') && isComplete(lines.slice(at, at + index + 1)));
  if (length === -1) return undefined;
  const above = lines.slice(0, at).findLastIndex((line) => !/^(?:\/\*\*| \*|\/\/)/.test(line));
  return [above + 1, at + length + 1];
}

/** Whether a change adds declarations above the code that starts the service. */
function isDeclaration({ at, added, removed }: Change, base: readonly string[]): boolean {
  const start = base.findIndex((line) => /^(?:async function|function|await |const \{ start)/.test(line));
  const isAbove = removed.length === 0 && at <= start && /^[^\s})\]]/.test(nextLine(base, at));
  return isAbove && isComplete(added) && !usesAny(added, declaredIn(base));
}

/**
 * Brings guards, and declarations that belong to them, from a src/server.ts before 0.10.0 to the new one, which calls them as
 * before. Everything else is left to the person, between conflict markers: such a file does not start, so that no route is open
 * that was guarded.
 */
export const carryServer: Carry = (sides) => {
  const [base, yours, theirs] = [sides.base, sides.yours, sides.theirs].map((text) => text.split('\n')) as [
    string[],
    string[],
    string[],
  ];
  const start = theirs.findIndex((line) => START.test(line));
  if (start === -1 || guardsIn(theirs) !== undefined) return null;
  const [old, own] = [guardsIn(base), guardsIn(yours)];
  const apart = old !== undefined && own !== undefined ? { base: old, yours: own } : {};
  const changes = changesOf(base, yours, apart);
  if (changes === null) return null;
  const guards = apart.yours ? yours.slice(...apart.yours) : [];
  const isGuarded = guards.length > 0 && guards.join('\n') !== base.slice(...(old as [number, number])).join('\n');
  const declarations = changes.filter((change) => isDeclaration(change, base));
  const others = changes.filter((change) => !declarations.includes(change));
  const carried = [
    ...declarations.map(({ added }) => added),
    ...(isGuarded ? [guards] : []),
    ...others.map((change) => asConflict(change, sides.labels)),
  ].flatMap((lines) => ['', ...lines]);

  const end = importsIn(theirs).at(-1)?.range[1] ?? 0;
  const call = (theirs[start] as string).replace(START, 'await start({ $1, guards });');
  const body = isGuarded ? theirs.with(start, call) : theirs;
  const lines = withImports([...body.slice(0, end), ...carried, ...body.slice(end)], yours, carried);
  if (lines === null) return null;
  const notes = [
    ...(isGuarded
      ? [
          'your guards are called as before (routes of your own in src/app.ts do not pass them); configure() of src/app.ts can do the same with middleware',
        ]
      : []),
    ...(others.length > 0
      ? ['between the markers: what you had changed in the old file; the service does not start before']
      : []),
  ];
  return { text: lines.join('\n'), conflicts: others.length, notes };
};
