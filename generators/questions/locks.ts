import { isDeepStrictEqual } from 'node:util';
import { ServingError } from '../errors.ts';
import { answerText } from './answer-text.ts';
import type { GivenAnswers } from './answers.ts';
import { findQuestion } from './find.ts';
import { fill, fillChecked, follows, isPattern, type Pattern } from './pattern.ts';
import { firstLines, type Problem, show } from './problem.ts';
import type { Layer, Question } from './question.ts';
import { type Answers, questions } from './questions.ts';

type Key = keyof Answers;

/** An answer that is fixed, or the text it follows, and the preset that fixes it. */
export interface Lock {
  readonly value: Answers[Key] | Pattern;
  readonly by: string;
}

export type Locks = Readonly<Partial<Record<Key, Lock>>>;

/** An answer that is not what is fixed. */
export interface Departure {
  readonly key: Key;
  readonly layer: Layer;
  readonly found: Answers[Key];
  readonly locked: Answers[Key];
  readonly by: string;
}

/** Answers that are fixed whatever the others are. */
export function plainLocks(locks: Locks): GivenAnswers {
  const plain = Object.entries(locks).filter(([, { value }]) => !isPattern(value));
  return Object.fromEntries(plain.map(([key, { value }]) => [key, value]));
}

/** What is fixed, for answers of which some may not be known yet; without what follows those. */
export function lockedAnswers(locks: Locks, answers: GivenAnswers): GivenAnswers {
  const fixed: Record<string, unknown> = {};
  // In the order of the questions: a text may follow one that follows another.
  for (const { name } of questions) {
    const value = locks[name]?.value;
    const answer = isPattern(value) ? fill(value, { ...answers, ...fixed }) : value;
    if (answer !== undefined) fixed[name] = answer;
  }
  return fixed as GivenAnswers;
}

/**
 * Which of some answers are not what is fixed.
 * @param answers all that are known, of which texts may follow
 */
export function departuresFrom(locks: Locks, found: GivenAnswers, answers: GivenAnswers = found): Departure[] {
  return (Object.entries(lockedAnswers(locks, answers)) as [Key, Answers[Key]][]).flatMap(([key, locked]) => {
    const value = found[key];
    if (value === undefined || isDeepStrictEqual(value, locked)) return [];
    const layer = findQuestion(key)?.layer as Layer;
    return [{ key, layer, found: value, locked, by: (locks[key] as Lock).by }];
  });
}

/** An answer in words: tensors by their columns and labels, of which the last may be what matters. */
export function said(answer: Answers[Key]): string {
  return typeof answer === 'object' ? answerText(answer) : show(answer);
}

/** A lock in words. */
export function lockText({ layer, locked, by }: Pick<Departure, 'layer' | 'locked' | 'by'>): string {
  return `${by} locks it to ${said(locked)} (layer ${layer})`;
}

/** What is wrong with texts that follow an answer, once all others that they follow are known. */
export function followingProblems(locks: Locks, latest: Key, answers: GivenAnswers): Problem[] {
  return Object.entries(locks).flatMap(([key, { value, by }]) => {
    if (!isPattern(value) || !follows(value, latest) || fill(value, answers) === undefined) return [];
    const filled = fillChecked(findQuestion(key) as Question, value, by, answers);
    return 'problems' in filled ? filled.problems : [];
  });
}

/** @throws POLICY_LOCKED where answers that somebody gives are not what is fixed */
export function refuseLocked(locks: Locks, given: GivenAnswers, answers: GivenAnswers = given): void {
  const against = departuresFrom(locks, given, answers);
  if (against.length === 0) return;
  const lines = firstLines(against, (one) => `${one.key}: ${said(one.found)} is not to be had: ${lockText(one)}`);
  throw new ServingError('POLICY_LOCKED', lines.join('\n'));
}
