import { isDeepStrictEqual } from 'node:util';
import { ServingError } from '../errors.ts';
import type { Lock, Locks } from '../questions/locks.ts';
import { isPattern, type Pattern } from '../questions/pattern.ts';
import { show } from '../questions/problem.ts';
import type { Answers } from '../questions/questions.ts';
import type { GovernedAnswers } from './governed-answers.ts';
import type { Preset } from './preset.ts';

/** What a chain of presets comes to. */
export interface Policy {
  /** Names of the presets, from the broadest to the nearest; empty where there is no policy. */
  readonly presets: readonly string[];
  readonly defaults: GovernedAnswers;
  readonly locks: Locks;
}

export const NO_POLICY: Policy = { presets: [], defaults: {}, locks: {} };

/**
 * Lays presets over each other, the broadest first. The nearest default counts; a lock holds for all that come after.
 * @throws PRESET_INVALID where a preset says otherwise than a lock above it
 */
export function mergePresets(chain: readonly Preset[]): Policy {
  return chain.reduce<Policy>((above, preset) => {
    refuseContradictions(above, preset);
    const own = Object.entries(preset.locks).map(([key, value]) => [key, { value, by: preset.name }]);
    return {
      presets: [...above.presets, preset.name],
      defaults: { ...above.defaults, ...preset.defaults },
      locks: { ...above.locks, ...Object.fromEntries(own), ...above.locks },
    };
  }, NO_POLICY);
}

function refuseContradictions({ locks }: Policy, { file, ...preset }: Preset): void {
  const lines = Object.entries({ ...preset.defaults, ...preset.locks }).flatMap(([key, value]) => {
    const lock: Lock | undefined = locks[key as keyof Answers];
    if (lock === undefined || isDeepStrictEqual(lock.value, value)) return [];
    return [`  ${key}: ${written(value)}, but ${lock.by} locks it to ${written(lock.value)}`];
  });
  if (lines.length === 0) return;
  throw new ServingError('PRESET_INVALID', `The preset ${file} says otherwise than one above it:\n${lines.join('\n')}`);
}

function written(value: Answers[keyof Answers] | Pattern): string {
  return show(isPattern(value) ? value.pattern : value);
}
