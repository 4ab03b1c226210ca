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

const CREATES = /^export function createApp\(/;
const APP = /^ {2}const app = express\(\);/;
const UNKNOWN_ROUTE = "ServiceError('NOT_FOUND'";
const CONFIGURE = /^(export const configure: Configure = (?:async )?)\([^)]*\) => \{(.*?)\};$/ms;
/** Names in createApp() that configure() has not. */
const INNER = ['routes', 'route', 'run', 'serve', 'fail', 'onError'];
/** Middleware without a path of its own. */
const MIDDLEWARE = /\bapp\.use\((?!\s*['"`/[])/;

/** Whether a change adds whole statements to the body of createApp(), before the answer to unknown routes. */
function isStatement({ at, added, removed }: Change, base: readonly string[], names: Iterable<string>): boolean {
  const first = base.findIndex((line) => APP.test(line));
  const last = base.findIndex((line) => line.includes(UNKNOWN_ROUTE));
  const isInside = first !== -1 && at > first && at <= last && /^ {2}[^\s})\]]/.test(nextLine(base, at));
  return isInside && removed.length === 0 && isComplete(added) && !usesAny(added, names);
}

/** Whether a change adds declarations beside the functions of the file. */
function isDeclaration({ at, added, removed }: Change, base: readonly string[], names: Iterable<string>): boolean {
  const isBeside = /^(?:$|[^\s})\]])/.test(nextLine(base, at)) && /^\S/.test(added[0] ?? '');
  return isBeside && removed.length === 0 && isComplete(added) && !usesAny(added, names);
}

/**
 * Brings routes and middleware that a team has added to createApp() of a src/app.ts before 0.10.0 to configure() of the new one.
 * What cannot be moved as it is stands in configure() between conflict markers.
 */
export const carryApp: Carry = (sides) => {
  const [base, yours, theirs] = [sides.base, sides.yours, sides.theirs].map((text) => text.split('\n')) as [
    string[],
    string[],
    string[],
  ];
  if (!base.some((line) => CREATES.test(line)) || !CONFIGURE.test(sides.theirs)) return null;
  const changes = changesOf(base, yours);
  if (changes === null) return null;
  const names = [...declaredIn(base), ...INNER];
  const statements = changes.filter((change) => isStatement(change, base, names));
  const declarations = changes.filter((change) => !statements.includes(change) && isDeclaration(change, base, names));
  const others = changes.filter((change) => !statements.includes(change) && !declarations.includes(change));
  const body = [
    ...statements.map(({ added }) => added.join('\n')),
    ...others.map((change) => asConflict(change, sides.labels).join('\n')),
  ];
  const beside = declarations.flatMap(({ added }) => ['', ...added]);
  const end = importsIn(theirs).at(-1)?.range[1] ?? 0;
  const code = [...theirs.slice(0, end), ...beside, ...theirs.slice(end)].join('\n');
  const configured = code.replace(CONFIGURE, (whole, head: string, old: string) => {
    if (body.length === 0) return whole;
    const kept = old.trim() === '' ? [] : [old.replace(/^\n|\n$/g, '')];
    return `${head}(app) => {\n${[...body, ...kept].join('\n\n')}\n};`;
  });
  const carried = [...body, ...beside];
  const lines = withImports(configured.split('\n'), yours, carried);
  if (lines === null) return null;
  const isUsed = statements.some(({ added }) => MIDDLEWARE.test(added.join('\n')));
  const notes = [
    ...(statements.length > 0 ? ['what you had added to createApp() is in configure() now'] : []),
    ...(isUsed
      ? [
          'your middleware now sees every route, POST /predict and /v2 too, which it did not before: test it with your clients',
        ]
      : []),
    ...(others.length > 0 ? ['between the markers in configure(): what you had changed in the old file'] : []),
  ];
  return { text: lines.join('\n'), conflicts: others.length, notes };
};
