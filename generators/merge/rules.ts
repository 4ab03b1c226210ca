import compare from 'semver/functions/compare.js';
import satisfies from 'semver/functions/satisfies.js';
import minVersion from 'semver/ranges/min-version.js';
import validRange from 'semver/ranges/valid.js';
import type { Resolve, Rules } from './values/context.ts';
import type { Value, ValuePath } from './values/value.ts';

const DEPENDENCY_GROUPS = new Set(['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies']);
/** Lists of package.json and tsconfig.json in which order and repetition mean nothing. */
const SETS = new Set(['files', 'keywords', 'include', 'exclude', 'types', 'lib']);

function lowest(range: Value): ReturnType<typeof minVersion> {
  return typeof range === 'string' && validRange(range) !== null ? minVersion(range) : null;
}

/**
 * Takes the higher of two ranges where both sides moved the dependency up and the higher is a compatible step from the lower.
 * A side that went down, or changed the range alone, did so on purpose: then a person decides.
 */
const higherRange: Resolve = (path, base, yours, theirs) => {
  if (!isDependency(path)) return null;
  const [former, own, its] = [base === undefined ? null : lowest(base), lowest(yours), lowest(theirs)];
  if (own === null || its === null || (base !== undefined && former === null)) return null;
  if (former !== null && !(compare(own, former) > 0 && compare(its, former) > 0)) return null;
  const ownIsHigher = compare(own, its) >= 0;
  const [high, low] = ownIsHigher ? [own, its] : [its, own];
  if (!satisfies(high, `^${low.version}`, { includePrerelease: true })) return null;
  const side = ownIsHigher ? 'yours' : "the template's";
  return {
    take: ownIsHigher ? 'yours' : 'theirs',
    text: `both moved it (${yours}, ${theirs}): ${side}, the higher, is taken`,
  };
};

function isDependency(path: ValuePath): boolean {
  return path.length === 2 && DEPENDENCY_GROUPS.has(String(path[0]));
}

const noRule: Resolve = () => null;

/** What is known about a file beyond its format. */
export function rulesFor(path: string): Rules {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const isPackage = name === 'package.json';
  const hasSets = isPackage || /^tsconfig(\..+)?\.json$/.test(name);
  return {
    resolve: isPackage ? higherRange : noRule,
    isSet: (list) => hasSets && SETS.has(String(list.at(-1))),
    // Two packages of one version have nothing to do with each other.
    mayRename: (map) => !(isPackage && map.length === 1 && DEPENDENCY_GROUPS.has(String(map[0]))),
  };
}
