/** A locked package, as far as what depends on what goes. */
export interface LockedPackage {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
  /** Of the root alone. */
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** Packages by their paths in node_modules; the root's path is empty. */
export type Packages = Readonly<Record<string, LockedPackage>>;

/** What npm notes of a package: all ways that lead to it are such. */
export interface Flags {
  extraneous: boolean;
  dev: boolean;
  optional: boolean;
  devOptional: boolean;
  peer: boolean;
}

interface Edge {
  readonly to: string;
  readonly dev: boolean;
  readonly optional: boolean;
  readonly peer: boolean;
}

/**
 * Why each package is installed. The same rules as npm's own (`calc-dep-flags.js` of @npmcli/arborist): flags are set at first, and
 * each way from the root takes away what is not true of it.
 */
export function flagsOf(packages: Packages): ReadonlyMap<string, Flags> {
  const flags = new Map(
    Object.keys(packages).map((path): [string, Flags] => {
      const is = path !== '';
      return [path, { extraneous: is, dev: is, optional: is, devOptional: is, peer: is }];
    }),
  );
  const edges = new Map<string, readonly Edge[]>();
  const queue = [''];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    const from = flags.get(path) as Flags;
    if (!from.extraneous) keepParents(path, flags);
    const own = edges.get(path) ?? edgesOf(path, packages);
    edges.set(path, own);
    for (const edge of own) if (relax(from, flags.get(edge.to) as Flags, edge)) queue.push(edge.to);
  }
  for (const flag of flags.values()) flag.devOptional &&= !flag.dev && !flag.optional;
  return flags;
}

/** A package within another's folder keeps that. */
function keepParents(path: string, flags: ReadonlyMap<string, Flags>): void {
  for (let parent = parentOf(path); parent !== undefined; parent = parentOf(parent)) {
    const flag = flags.get(parent);
    if (flag) flag.extraneous = false;
  }
}

/** Takes away what is not true of a package that is reached in this way. @returns whether that was anything */
function relax(from: Flags, to: Flags, { dev, optional, peer }: Edge): boolean {
  const before = { ...to };
  if (!from.extraneous && !(peer && optional)) to.extraneous = false;
  if (!from.dev && !dev) to.dev = false;
  if (!from.optional && !optional) to.optional = false;
  if (!from.devOptional && !from.dev && !from.optional && !dev && !optional) to.devOptional = false;
  if (!from.peer && !peer) to.peer = false;
  return (Object.keys(before) as (keyof Flags)[]).some((key) => before[key] !== to[key]);
}

function edgesOf(path: string, packages: Packages): Edge[] {
  const { dependencies, optionalDependencies, devDependencies, peerDependencies, peerDependenciesMeta } = packages[
    path
  ] as LockedPackage;
  const kinds = [
    { names: peerDependencies, peer: true },
    { names: dependencies },
    { names: optionalDependencies, optional: true },
    // Those of a package that is not the root are not installed.
    { names: path === '' ? devDependencies : {}, dev: true },
  ];
  const edges = new Map<string, Edge>();
  for (const { names = {}, dev = false, optional = false, peer = false } of kinds) {
    for (const name of Object.keys(names)) {
      const to = resolve(path, name, packages);
      const isOptional = optional || (peer && peerDependenciesMeta?.[name]?.optional === true);
      if (to !== undefined) edges.set(name, { to, dev, optional: isOptional, peer });
    }
  }
  return [...edges.values()];
}

/** The package that a name means at a place: the nearest folder upwards that has it. */
function resolve(path: string, name: string, packages: Packages): string | undefined {
  for (let at: string | undefined = path; at !== undefined; at = parentOf(at)) {
    const candidate = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`;
    if (candidate in packages) return candidate;
  }
  return undefined;
}

/** The package that another lies in; undefined of the root. */
function parentOf(path: string): string | undefined {
  if (path === '') return undefined;
  const at = path.lastIndexOf('node_modules/');
  return at <= 0 ? '' : path.slice(0, at - 1);
}
