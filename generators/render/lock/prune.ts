import { toJson } from '../package-json.ts';
import { type Flags, flagsOf, type LockedPackage, type Packages } from './flags.ts';

interface Lock {
  readonly packages: Packages;
}

const NOTED = ['dev', 'optional', 'devOptional', 'peer'] as const satisfies readonly (keyof Flags)[];
/** npm's order of keys: values and lists before maps, in both these first, then by name. */
const FIRST = ['name', 'version', 'lockfileVersion', 'resolved', 'integrity', 'requires', 'packages', 'dependencies'];

/**
 * package-lock.json without some of the root's dependencies, and without all packages that only those need: what
 * `npm uninstall --package-lock-only` would leave.
 */
export function pruneLock(text: string, names: readonly string[]): string {
  const lock = JSON.parse(text) as Lock;
  const { '': root = {}, ...others } = lock.packages;
  const smaller = { ...root, ...without(root, names) };
  const packages: Packages = { '': smaller, ...others };
  const flags = flagsOf(packages);
  const kept = Object.entries(packages).filter(([path]) => !flags.get(path)?.extraneous);
  const noted = kept.map(([path, entry]) => [path, path === '' ? entry : withFlags(entry, flags.get(path) as Flags)]);
  return toJson({ ...lock, packages: Object.fromEntries(noted) });
}

const PARTS = ['dependencies', 'devDependencies', 'scripts'] as const;
type Part = (typeof PARTS)[number];
type Manifest = Readonly<Partial<Record<Part, Readonly<Record<string, string>>>>>;

/** The parts of package.json, or of the root in its lock file, without some names. */
export function without(manifest: Manifest, packages: readonly string[], scripts: readonly string[] = []): Manifest {
  const namesOf: Readonly<Record<Part, readonly string[]>> = {
    dependencies: packages,
    devDependencies: packages,
    scripts,
  };
  const parts = PARTS.filter((part) => manifest[part]).map((part) => {
    const left = Object.entries(manifest[part] ?? {}).filter(([name]) => !namesOf[part].includes(name));
    return [part, Object.fromEntries(left)];
  });
  return Object.fromEntries(parts);
}

function withFlags(entry: LockedPackage, flags: Flags): LockedPackage {
  const { dev, optional, devOptional, peer, ...rest } = entry as LockedPackage & Partial<Flags>;
  const before: Partial<Flags> = { ...(dev && { dev }), ...(optional && { optional }), ...(peer && { peer }) };
  const now = Object.fromEntries(NOTED.filter((key) => flags[key]).map((key) => [key, true]));
  const isSame = NOTED.every((key) => Boolean(({ ...before, devOptional } as Partial<Flags>)[key]) === flags[key]);
  return isSame ? entry : sorted({ ...rest, ...now });
}

function sorted(entry: object): LockedPackage {
  const isMap = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
  const rank = ([key, value]: [string, unknown]) => {
    const first = FIRST.indexOf(key);
    return (isMap(value) ? 100 : 0) + (first >= 0 ? first : FIRST.length);
  };
  const entries = Object.entries(entry) as [string, unknown][];
  return Object.fromEntries(entries.sort((a, b) => rank(a) - rank(b) || (a[0] < b[0] ? -1 : 1))) as LockedPackage;
}
