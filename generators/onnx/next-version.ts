import gt from 'semver/functions/gt.js';
import inc from 'semver/functions/inc.js';
import major from 'semver/functions/major.js';
import valid from 'semver/functions/valid.js';
import { ServingError } from '../errors.ts';

/**
 * The version of a model that is released after another. A changed interface is a major one: clients break.
 * @param current what serving.yaml says
 * @param asked what the person asks for; the smallest right version where nothing is asked
 * @throws MODEL_VERSION
 */
export function nextVersion(
  current: string,
  asked: string | undefined,
  release: { readonly changesInterface: boolean; readonly first: boolean },
): string {
  if (valid(current) === null)
    throw refusal(`serving.yaml has the version ${JSON.stringify(current)}, which is no semver`);
  if (asked === undefined) {
    if (release.first) return current;
    return inc(current, release.changesInterface ? 'major' : 'minor') as string;
  }
  if (valid(asked) === null) throw refusal(`${JSON.stringify(asked)} is no version: expected one like 1.2.0`);
  // A placeholder has no clients yet.
  if (release.first) return asked;
  if (!gt(asked, current)) throw refusal(`version ${asked} is not above ${current}, which is released`);
  if (release.changesInterface && major(asked) === major(current)) {
    throw refusal(
      `the interface changes, so version ${asked} would break clients of ${major(current)}.x without a word`,
    );
  }
  return asked;
}

function refusal(problem: string): ServingError {
  return new ServingError('MODEL_VERSION', `${problem}.`);
}
