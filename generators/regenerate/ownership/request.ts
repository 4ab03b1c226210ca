import { isAbsolute, relative } from 'node:path';
import { ServingError } from '../../errors.ts';
import { foldedPath } from '../../project/path.ts';

/** Files and folders whose owner changes: paths from the root of the repository, with forward slashes. */
export interface OwnershipRequest {
  /** Handed to the team. */
  readonly own: readonly string[];
  /** Taken back by the template. */
  readonly disown: readonly string[];
}

export const NO_REQUEST: OwnershipRequest = { own: [], disown: [] };

/** A lock file says what its package.json asks for: one that changes without the other installs nothing. */
const TOGETHER: Readonly<Record<string, string>> = {
  'package.json': 'package-lock.json',
  'package-lock.json': 'package.json',
};

/**
 * Reads the paths of `--own` and `--disown`.
 * @throws PATH_OUTSIDE, USAGE where one path is given to both
 */
export function ownershipRequest(root: string, own: readonly string[], disown: readonly string[]): OwnershipRequest {
  const request = {
    own: own.map((word) => repositoryPath(root, word, '--own')),
    disown: disown.map((word) => repositoryPath(root, word, '--disown')),
  };
  const both = request.own.filter((path) => request.disown.includes(path));
  if (both.length === 0) return request;
  throw new ServingError('USAGE', `--own and --disown name the same path: ${both.join(', ')}.`);
}

function repositoryPath(root: string, word: string, flag: string): string {
  const given = isAbsolute(word) ? relative(root, word) : word;
  const segments: string[] = [];
  for (const segment of given.replaceAll('\\', '/').split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') segments.push(segment);
    else if (segments.pop() === undefined) throw outside(root, word, flag);
  }
  if (isAbsolute(given)) throw outside(root, word, flag);
  if (segments.length > 0) return segments.join('/');
  throw new ServingError('USAGE', `${flag} names the root of the repository, or nothing: ${JSON.stringify(word)}.`, {
    hint: 'Name files or folders: without any file of the template there is nothing left to regenerate.',
  });
}

function outside(root: string, word: string, flag: string): ServingError {
  return new ServingError('PATH_OUTSIDE', `${flag} ${word} is outside of ${root}.`);
}

/** Whether a requested file or folder means one of the paths that a file goes by. */
export function isMeant(request: string, paths: readonly string[]): boolean {
  const asked = foldedPath(request);
  const names = paths.flatMap((path) => [path, ...(TOGETHER[path] === undefined ? [] : [TOGETHER[path]])]);
  return names.map(foldedPath).some((name) => name === asked || name.startsWith(`${asked}/`));
}

/** Whether a file is asked to be owned (true) or taken back (false); null where neither. The more specific path counts. */
export function requestedOwner({ own, disown }: OwnershipRequest, paths: readonly string[]): boolean | null {
  const longest = (requests: readonly string[]) =>
    Math.max(-1, ...requests.filter((one) => isMeant(one, paths)).map((one) => one.length));
  const [owned, taken] = [longest(own), longest(disown)];
  return owned === taken ? null : owned > taken;
}
