import { isDeepStrictEqual } from 'node:util';
import { ServingError } from '../errors.ts';
import type { GivenAnswers } from '../questions/answers.ts';
import { findQuestion } from '../questions/find.ts';
import { firstLines, show } from '../questions/problem.ts';
import type { Layer } from '../questions/question.ts';
import type { Answers } from '../questions/questions.ts';
import type { Preset } from './preset.ts';

type Key = keyof Answers;

/** An answer that is fixed, and the preset that fixes it. */
export interface Lock {
  readonly value: Answers[Key];
  readonly by: string;
}

/** What a chain of presets comes to. */
export interface Policy {
  /** Names of the presets, from the broadest to the nearest; empty where there is no policy. */
  readonly presets: readonly string[];
  readonly defaults: GivenAnswers;
  readonly locks: Readonly<Partial<Record<Key, Lock>>>;
}

export const NO_POLICY: Policy = { presets: [], defaults: {}, locks: {} };

/** An answer that is not what the policy fixes. */
export interface Departure {
  readonly key: Key;
  readonly layer: Layer;
  readonly found: Answers[Key];
  readonly locked: Answers[Key];
  readonly by: string;
}

/**
 * Lays presets over each other, the broadest first. The nearest default counts; a lock holds for all that come after.
 * @throws PRESET_INVALID where a preset says otherwise than a lock above it
 */
export function mergePresets(chain: readonly Preset[]): Policy {
  return chain.reduce((above, preset) => {
    const against = departuresFrom(above, { ...preset.defaults, ...preset.locks });
    if (against.length > 0) {
      const lines = against.map((one) => `  ${one.key}: ${show(one.found)}, but ${lockText(one)}`);
      throw new ServingError(
        'PRESET_INVALID',
        `The preset ${preset.file} says otherwise than one above it:\n${lines.join('\n')}`,
      );
    }
    const locks = Object.fromEntries(
      Object.entries(preset.locks).map(([key, value]) => [key, above.locks[key as Key] ?? { value, by: preset.name }]),
    );
    return {
      presets: [...above.presets, preset.name],
      defaults: { ...above.defaults, ...preset.defaults },
      locks: { ...above.locks, ...locks },
    };
  }, NO_POLICY);
}

/** The answers that a policy fixes. */
export function lockedAnswers({ locks }: Policy): GivenAnswers {
  return Object.fromEntries(Object.entries(locks).map(([key, { value }]) => [key, value]));
}

/** Which of some answers are not what a policy fixes. */
export function departuresFrom({ locks }: Policy, answers: GivenAnswers): Departure[] {
  return (Object.entries(locks) as [Key, Lock][]).flatMap(([key, { value, by }]) => {
    const found = answers[key];
    if (found === undefined || isDeepStrictEqual(found, value)) return [];
    return [{ key, layer: findQuestion(key)?.layer as Layer, found, locked: value, by }];
  });
}

/** A lock in words. */
export function lockText({ layer, locked, by }: Departure): string {
  return `${by} locks it to ${show(locked)} (layer ${layer})`;
}

/** @throws POLICY_LOCKED where answers that somebody gives are not what the policy fixes */
export function refuseLocked(policy: Policy, given: GivenAnswers): void {
  const against = departuresFrom(policy, given);
  if (against.length === 0) return;
  const lines = firstLines(against, (one) => `${one.key}: ${show(one.found)} is not to be had: ${lockText(one)}`);
  throw new ServingError('POLICY_LOCKED', lines.join('\n'));
}
