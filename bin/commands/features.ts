import gte from 'semver/functions/gte.js';
import { ServingError } from '../../generators/errors.ts';
import {
  type FeatureCommand,
  featuresAfter,
  featuresOf,
  namedFeatures,
} from '../../generators/regenerate/features/change.ts';
import { lookingAt } from '../../generators/regenerate/not-readable.ts';
import type { Recorded } from '../../generators/regenerate/open-project.ts';
import { rootOf } from '../../generators/regenerate/root.ts';
import { runRegenerate } from '../run-regenerate.ts';
import { type RegenerateFlags, refuseContradictions } from './regenerate-flags.ts';

export type FeatureFlags = Pick<
  RegenerateFlags,
  'dryRun' | 'diff' | 'verify' | 'format' | 'allowConflicts' | 'allowDirty' | 'report' | 'json'
> & { readonly directory?: string };

/** The first version whose command line has `add` and `remove`. */
const FIRST = '0.10.0';

/**
 * `create-ml-serving add <feature>...` and `remove <feature>...`: `regenerate` with another answer to `features`.
 * @returns the exit code
 */
export async function changeFeatures(
  command: FeatureCommand,
  words: readonly string[],
  flags: FeatureFlags,
): Promise<number> {
  const names = namedFeatures(words);
  const all: RegenerateFlags = { ...flags, set: [], preset: [], restore: [], own: [], disown: [], yes: true };
  refuseContradictions(all);
  const root = lookingAt(flags.directory ?? '.', () => rootOf(flags.directory ?? '.'));
  const set = (recorded: Recorded) => {
    refuseOlder(recorded, command);
    const before = featuresOf(recorded.answers);
    const idle = names.filter((name) => before.includes(name) === (command === 'add'));
    const state = command === 'add' ? 'chosen already' : 'not chosen';
    if (idle.length > 0) console.error(`${idle.join(', ')}: ${state}`);
    return { features: featuresAfter(command, names, before, recorded.features) };
  };
  return runRegenerate(root, all, undefined, set);
}

/** An upgrade is reviewed by itself: what comes with it and what comes with a feature would not be told apart. */
function refuseOlder({ root, from, to }: Recorded, command: FeatureCommand): void {
  if (from === to) return;
  if (from === null) throw new ServingError('UPGRADE_FIRST', `The record of ${root} is damaged.`);
  throw new ServingError('UPGRADE_FIRST', `${root} is at template ${from}; this is create-ml-serving ${to}.`, {
    ...(gte(from, FIRST) && {
      hint: `Nothing was changed. Run create-ml-serving regenerate first, or use that version: npx create-ml-serving@${from} ${command}.`,
    }),
  });
}
