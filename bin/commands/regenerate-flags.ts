import { ServingError } from '../../generators/errors.ts';
import { FINDINGS, type Finding, parseFailOn } from '../../generators/regenerate/findings.ts';

export interface RegenerateFlags {
  readonly check?: boolean;
  readonly dryRun?: boolean;
  readonly diff?: boolean;
  readonly set: readonly string[];
  /** The broadest first; `none` leaves the policy. */
  readonly preset: readonly string[];
  /** Paths of files of the template's, from the root of the repository. */
  readonly restore: readonly string[];
  /** Files and folders of the template's that are handed to the team, and that are taken back. */
  readonly own: readonly string[];
  readonly disown: readonly string[];
  /** What `--check` fails on, separated by commas. */
  readonly failOn?: string;
  readonly verify?: boolean;
  readonly format?: boolean;
  readonly continue?: boolean;
  readonly abort?: boolean;
  readonly allowConflicts?: boolean;
  readonly allowDirty?: boolean;
  readonly report?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

type Flag = keyof RegenerateFlags;

/** Flags of which only one can be meant. */
const ONE_OF: readonly (readonly Flag[])[] = [
  ['check', 'continue', 'abort'],
  ['dryRun', 'continue', 'abort'],
  ['diff', 'continue', 'abort'],
  ['check', 'verify'],
  ['dryRun', 'verify'],
  ['diff', 'verify'],
  ['abort', 'verify'],
  ['format', 'continue', 'abort'],
  ['diff', 'check'],
  ['diff', 'json'],
];

function isSet(flags: RegenerateFlags, flag: Flag): boolean {
  return flags[flag] !== undefined && flags[flag] !== false;
}

function spell(flag: Flag): string {
  return `--${flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** @throws USAGE where flags contradict each other */
export function refuseContradictions(flags: RegenerateFlags): void {
  for (const group of ONE_OF) {
    const given = group.filter((flag) => isSet(flags, flag));
    if (given.length > 1) throw new ServingError('USAGE', `${given.map(spell).join(' and ')} do not go together.`);
  }
  if (flags.set.length > 0 && (flags.continue || flags.abort)) {
    throw new ServingError('USAGE', '--set changes answers of a new run, not of the pending one.');
  }
  if (flags.preset.length > 0 && (flags.continue || flags.abort)) {
    throw new ServingError('USAGE', '--preset brings the policy of a new run, not of the pending one.');
  }
  if (flags.restore.length > 0 && (flags.continue || flags.abort)) {
    throw new ServingError('USAGE', '--restore is for a new run, not for the pending one.');
  }
  for (const flag of ['own', 'disown'] as const) {
    if (flags[flag].length > 0 && (flags.continue || flags.abort)) {
      throw new ServingError('USAGE', `--${flag} is for a new run, not for the pending one.`);
    }
  }
  if (flags.failOn !== undefined && !flags.check) {
    throw new ServingError('USAGE', '--fail-on is for --check: it says what that fails on.');
  }
  failOnOf(flags);
  if (flags.report !== undefined && !['md', 'json'].includes(flags.report)) {
    throw new ServingError('USAGE', `--report takes md or json, not ${flags.report}.`);
  }
}

/**
 * What `--check` fails on: everything where nothing is named.
 * @throws USAGE
 */
export function failOnOf({ failOn }: Pick<RegenerateFlags, 'failOn'>): readonly Finding[] {
  return failOn === undefined ? FINDINGS : parseFailOn(failOn);
}
