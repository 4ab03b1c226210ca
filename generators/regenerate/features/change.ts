import { ServingError } from '../../errors.ts';
import type { GivenAnswers } from '../../questions/answers.ts';
import {
  type AllFeatureRules,
  DEFAULT_FEATURES,
  type FeatureName,
  featuresText,
  type NeededFeature,
  neededFeatures,
  parseFeatures,
  sortedFeatures,
} from '../../questions/features.ts';
import { findQuestion } from '../../questions/find.ts';
import { firstLines } from '../../questions/problem.ts';
import type { SetQuestion } from '../../questions/question.ts';
import type { Answers } from '../../questions/questions.ts';
import type { FeatureDeclaration } from '../../render/features/declaration.ts';

export type FeatureCommand = 'add' | 'remove';

/** What an upgrade changes of the features of a repository. */
export interface FeatureChange {
  readonly added: readonly FeatureName[];
  readonly removed: readonly FeatureName[];
  /** Those that nobody has named, and that others need. */
  readonly needed: readonly NeededFeature[];
  /** What to do with those that were added. */
  readonly nextSteps: readonly string[];
}

/**
 * Reads the names of features of a command line.
 * @throws ANSWERS_INVALID with the nearest name
 */
export function namedFeatures(words: readonly string[]): readonly FeatureName[] {
  const parsed = parseFeatures(findQuestion('features') as SetQuestion, words.join());
  if ('value' in parsed && parsed.value.length > 0) return parsed.value;
  const lines =
    'problems' in parsed ? firstLines(parsed.problems, ({ message }) => message) : ['none names no feature'];
  throw new ServingError('ANSWERS_INVALID', lines.join('\n'), {
    hint: 'Name features of the list; docs/FEATURES.md of create-ml-serving says what each brings.',
  });
}

/**
 * The answer `features` after a command.
 * @param before those that are chosen so far
 * @throws FEATURE_NEEDED where others need what is to be removed
 */
export function featuresAfter(
  command: FeatureCommand,
  names: readonly FeatureName[],
  before: readonly FeatureName[],
  rules: AllFeatureRules | undefined,
): FeatureName[] {
  if (command === 'add') return sortedFeatures([...before, ...names]);
  const after = before.filter((name) => !names.includes(name));
  const needed = names
    .map((name) => ({ name, by: after.filter((other) => rules?.get(other)?.needs.includes(name)) }))
    .filter(({ by }) => by.length > 0);
  if (needed.length === 0) return after;
  const others = sortedFeatures(needed.flatMap(({ by }) => by));
  throw new ServingError(
    'FEATURE_NEEDED',
    needed.map(({ name, by }) => `${by.join(', ')} ${by.length === 1 ? 'needs' : 'need'} ${name}.`).join(' '),
    { hint: `Nothing was changed. Remove them too: create-ml-serving remove ${[...names, ...others].join(' ')}` },
  );
}

/** The features that a record has; one that names none was made with the default. */
export function featuresOf({ features }: GivenAnswers): readonly FeatureName[] {
  return features ?? DEFAULT_FEATURES;
}

/**
 * @param recorded answers of the record
 * @param given answers that were recorded or set, before what they need is added
 */
export function featureChange(
  recorded: GivenAnswers,
  given: GivenAnswers,
  { features: after }: Answers,
  declarations: ReadonlyMap<FeatureName, FeatureDeclaration>,
): FeatureChange {
  const before = recorded.features ?? after;
  const added = after.filter((name) => !before.includes(name));
  return {
    added,
    removed: before.filter((name) => !after.includes(name)),
    needed: neededFeatures(given.features ?? after, after, declarations).filter(({ name }) => added.includes(name)),
    nextSteps: added.flatMap((name) => declarations.get(name)?.nextSteps ?? []),
  };
}

/** In a line for a person; nothing where the features stay. */
export function featureChangeText({ added, removed }: FeatureChange): string[] {
  return [
    ...(added.length > 0 ? [`Features that are added: ${featuresText(added)}`] : []),
    ...(removed.length > 0 ? [`Features that are removed: ${featuresText(removed)}`] : []),
  ];
}
