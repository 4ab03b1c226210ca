import { isDeepStrictEqual } from 'node:util';

type Versions = Readonly<Record<string, string>>;

/** What a feature may add to package.json. */
interface PackageFragment {
  readonly dependencies?: Versions;
  readonly devDependencies?: Versions;
  readonly scripts?: Versions;
}
const PARTS = ['dependencies', 'devDependencies', 'scripts'] as const;

/** package-lock.json, or what a feature adds to it: the packages that it brings, by their paths. The root's path is empty. */
interface Lock {
  readonly packages: Readonly<Record<string, object>>;
}

/** package.json with what features add to it. Two of them may bring the same, but not differently. */
export function mergePackageJson(text: string, fragments: readonly string[]): string {
  if (fragments.length === 0) return text;
  const manifest = JSON.parse(text) as PackageFragment;
  const added = fragments.map((fragment) => JSON.parse(fragment) as PackageFragment);
  return JSON.stringify({ ...manifest, ...mergeParts(manifest, added) });
}

/** package-lock.json with the packages that features bring. */
export function mergePackageLock(text: string, fragments: readonly string[]): string {
  if (fragments.length === 0) return text;
  const lock = JSON.parse(text) as Lock;
  const added = fragments.map((fragment) => JSON.parse(fragment) as Lock);
  const [root, ...roots] = [lock, ...added].map(({ packages }) => packages[''] ?? {});
  const brought = [lock, ...added].map(({ packages: { '': _, ...rest } }) => rest);
  const packages = union(brought, mergeLocked);
  return JSON.stringify({ ...lock, packages: { '': { ...root, ...mergeParts(root ?? {}, roots) }, ...packages } });
}

function mergeParts(base: PackageFragment, added: readonly PackageFragment[]): PackageFragment {
  const parts = PARTS.filter((part) => added.some((fragment) => fragment[part]));
  const same = (a: string, b: string) => (a === b ? a : undefined);
  return Object.fromEntries(
    parts.map((part) => [part, union([base[part] ?? {}, ...added.map((fragment) => fragment[part] ?? {})], same)]),
  );
}

/** One package, locked by two: only for development, or optional, where both say so. */
function mergeLocked(a: Locked, b: Locked): Locked | undefined {
  const only = (of: Locked) => ({ ...of, dev: undefined, optional: undefined, devOptional: undefined });
  if (!isDeepStrictEqual(only(a), only(b))) return undefined;
  return Object.fromEntries(Object.entries(a).filter(([key]) => key in b));
}

interface Locked {
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly devOptional?: boolean;
}

/** All entries, in the order of their names as npm writes them. */
function union<T>(
  parts: readonly Readonly<Record<string, T>>[],
  merge: (a: T, b: T) => T | undefined,
): Record<string, T> {
  const all = new Map<string, T>();
  for (const [name, value] of parts.flatMap((part) => Object.entries(part))) {
    const other = all.get(name);
    const both = other === undefined ? value : merge(other, value);
    if (both === undefined) throw new Error(`Two layers of the template give ${name} different values`);
    all.set(name, both);
  }
  return Object.fromEntries([...all].sort(([a], [b]) => (a < b ? -1 : 1)));
}
