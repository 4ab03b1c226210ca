import { nearest } from './nearest.ts';
import { type Parsed, type Problem, show } from './problem.ts';
import type { SetQuestion } from './question.ts';

/**
 * Every feature that a repository may have beyond serving its model, in the order of their names. What a feature consists of is
 * declared in `template-files/features/<name>.yaml`.
 */
export const FEATURE_NAMES = [
  'batch',
  'drift',
  'feedback',
  'http-fast-path',
  'kserve',
  'load-test',
  'page',
  'prediction-log',
  'queue-autoscaling',
  'variants',
] as const;
export type FeatureName = (typeof FEATURE_NAMES)[number];

export const DEFAULT_FEATURES: readonly FeatureName[] = ['page'];

/** What one feature means for the choice of others. */
export interface FeatureRules {
  /** One line. */
  readonly description: string;
  /** Features that are chosen with it. */
  readonly needs: readonly FeatureName[];
  /** Features that cannot be chosen with it. */
  readonly conflicts: readonly FeatureName[];
}

export type AllFeatureRules = ReadonlyMap<FeatureName, FeatureRules>;

/** Names that stand for several. */
const WORDS: Readonly<Record<string, readonly FeatureName[]>> = {
  all: FEATURE_NAMES,
  default: DEFAULT_FEATURES,
  none: [],
};

export function isFeatureName(name: unknown): name is FeatureName {
  return FEATURE_NAMES.includes(name as FeatureName);
}

export function sortedFeatures(names: Iterable<FeatureName>): FeatureName[] {
  return [...new Set(names)].sort();
}

/** What to say of a name that is no feature, with the nearest one where there is one. */
export function unknownFeature(name: unknown): string {
  const meant = nearest(typeof name === 'string' ? name : '', FEATURE_NAMES);
  const guess = meant === undefined ? '' : `; did you mean ${meant}?`;
  const known = `the features are ${FEATURE_NAMES.join(', ')}`;
  return `there is no feature ${show(name)}${guess === '' ? '; ' : `${guess} `}${known}`;
}

/**
 * Reads a set of features: names, or `all`, `default` and `none`; as text they are separated by commas.
 * @returns the names in order, each once
 */
export function parseFeatures({ name }: SetQuestion, value: unknown): Parsed<readonly FeatureName[]> {
  const isText = typeof value === 'string';
  if (!isText && !Array.isArray(value))
    return { problems: [{ path: [name], message: `expected names of features, found ${show(value)}` }] };
  const words: unknown[] = isText ? value.split(',').map((word) => word.trim()) : value;
  const problem = (index: number, message: string): Problem => ({ path: isText ? [name] : [name, index], message });
  if (isText && value.trim() === '') return { problems: [problem(0, 'is empty; expected names of features, or none')] };
  const problems = words.flatMap((word, index) =>
    isFeatureName(word) || isWord(word) ? [] : [problem(index, unknownFeature(word))],
  );
  if (problems.length > 0) return { problems };
  const none = words.indexOf('none');
  if (none >= 0 && words.some((word) => word !== 'none')) {
    const others = words.filter((word) => word !== 'none').join(', ');
    return { problems: [problem(none, `none does not go together with ${others}`)] };
  }
  return {
    value: sortedFeatures(words.flatMap((word) => (isWord(word) ? [...(WORDS[word] ?? [])] : [word as never]))),
  };
}

function isWord(word: unknown): word is string {
  return typeof word === 'string' && Object.hasOwn(WORDS, word);
}

/** Some features with all that they need, in order. */
export function withNeeds(names: readonly FeatureName[], rules: AllFeatureRules | undefined): FeatureName[] {
  const found = new Set<FeatureName>();
  const add = (name: FeatureName) => {
    if (found.has(name)) return;
    found.add(name);
    for (const needed of rules?.get(name)?.needs ?? []) add(needed);
  };
  for (const name of names) add(name);
  return sortedFeatures(found);
}

/** A feature that is chosen because others need it. */
export interface NeededFeature {
  readonly name: FeatureName;
  /** Features that need it. */
  readonly by: readonly FeatureName[];
}

/** Which of the chosen features nobody has named, and what needs each. */
export function neededFeatures(
  named: readonly FeatureName[],
  chosen: readonly FeatureName[],
  rules: AllFeatureRules | undefined,
): NeededFeature[] {
  const needers = (name: FeatureName) => chosen.filter((other) => rules?.get(other)?.needs.includes(name));
  return chosen.filter((name) => !named.includes(name)).map((name) => ({ name, by: needers(name) }));
}

export function neededText({ name, by }: NeededFeature): string {
  return `The feature ${name} comes with it: ${by.join(', ')} ${by.length === 1 ? 'needs' : 'need'} it`;
}

/** Pairs of chosen features that do not go together, each once. */
export function featureConflicts(chosen: readonly FeatureName[], rules: AllFeatureRules | undefined): Problem[] {
  const pairs = chosen.flatMap((name) =>
    (rules?.get(name)?.conflicts ?? [])
      .filter((other) => chosen.includes(other))
      .map((other) => [name, other].sort().join(' and ')),
  );
  return [...new Set(pairs)].map((pair) => ({
    path: ['features'],
    message: `${pair} do not go together: leave one out`,
  }));
}

/** Features as one line of text that {@link parseFeatures} reads. */
export function featuresText(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(',');
}
