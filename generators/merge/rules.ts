import compare from 'semver/functions/compare.js';
import satisfies from 'semver/functions/satisfies.js';
import minVersion from 'semver/ranges/min-version.js';
import validRange from 'semver/ranges/valid.js';
import type { Value, ValuePath } from './value.ts';
import type { Resolve } from './value-merge.ts';

const DEPENDENCY_GROUPS = new Set(['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies']);
/** Lists of package.json and tsconfig.json in which order and repetition mean nothing. */
const SETS = new Set(['files', 'keywords', 'include', 'exclude', 'types', 'lib']);

function lowest(range: Value): ReturnType<typeof minVersion> {
  return typeof range === 'string' && validRange(range) !== null ? minVersion(range) : null;
}

/** Takes the higher of two ranges when it is a compatible step up from the lower; nothing else is decided for a person. */
const higherRange: Resolve = (path, yours, theirs) => {
  if (path.length !== 2 || !DEPENDENCY_GROUPS.has(String(path[0]))) return null;
  const [own, its] = [lowest(yours), lowest(theirs)];
  if (own === null || its === null) return null;
  const ownIsHigher = compare(own, its) >= 0;
  const [high, low] = ownIsHigher ? [own, its] : [its, own];
  if (!satisfies(high, `^${low.version}`, { includePrerelease: true })) return null;
  const side = ownIsHigher ? 'yours' : "the template's";
  return {
    take: ownIsHigher ? 'yours' : 'theirs',
    text: `both moved it (${yours}, ${theirs}): ${side}, the higher, is taken`,
  };
};

const noRule: Resolve = () => null;

/** What is known about a file beyond its format. */
export function rulesFor(path: string): { resolve: Resolve; isSet: (path: ValuePath) => boolean } {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const isPackage = name === 'package.json';
  const hasSets = isPackage || /^tsconfig(\..+)?\.json$/.test(name);
  return {
    resolve: isPackage ? higherRange : noRule,
    isSet: (list) => hasSets && SETS.has(String(list.at(-1))),
  };
}
