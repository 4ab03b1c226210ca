import type { Disk, DiskEntry } from '../apply/disk.ts';
import { layoutOf, placeOf } from '../apply/layout.ts';
import { gitMode } from '../apply/observe.ts';
import { sha256 } from '../hash.ts';
import type { FileState, SpecialState, YoursState } from '../merge/states.ts';
import { foldedPath, parentsOf } from '../project/path.ts';
import type { PlainFiles } from '../project/plain-files.ts';
import type { Mode } from '../tree.ts';

/** Looks at what a person has at a path. */
export type Scan = (path: string) => YoursState;

const WINDOWS = process.platform === 'win32';

function filesIn(disk: Disk, place: string, path: string): string[] {
  return disk.list(place).flatMap((name) => {
    const inner = `${place}/${name}`;
    return disk.entry(inner)?.kind === 'folder' ? filesIn(disk, inner, `${path}/${name}`) : [`${path}/${name}`];
  });
}

/** A file whose contents are read when somebody asks: of seeded ones, a large model among them, nobody does. */
function fileAt(disk: Disk, place: string, mode: Mode): FileState {
  let hash: string | undefined;
  // The hash is that of the first bytes that were read: a later change of the file is then noticed before it is written.
  const bytes = () => {
    const read = disk.read(place);
    hash ??= sha256(read);
    return read;
  };
  return {
    kind: 'file',
    mode,
    bytes,
    get sha256() {
      hash ??= disk.hash(place);
      return hash;
    },
  };
}

/**
 * Looks at a repository path by path, each folder listed once. Names are taken from the listing, so that a file whose name
 * differs by case alone is told apart on every file system.
 * @param recordedMode Windows has no run bit: there a file has the mode the template gave it
 */
export function scanner(root: string, disk: Disk, recordedMode: (path: string) => Mode): Scan {
  const layout = layoutOf(root);
  const listings = new Map<string, { names: Set<string>; folded: Map<string, string> }>();
  const entries = new Map<string, DiskEntry | null>();

  function listing(folder: string) {
    const known = listings.get(folder);
    if (known) return known;
    const names = disk.list(folder === '' ? root : placeOf(layout, folder));
    const fresh = { names: new Set(names), folded: new Map(names.map((name) => [foldedPath(name), name])) };
    listings.set(folder, fresh);
    return fresh;
  }

  function entryOf(path: string): DiskEntry | null {
    if (!entries.has(path)) entries.set(path, disk.entry(placeOf(layout, path)));
    return entries.get(path) ?? null;
  }

  /** Null where a name is free, the name that is in its way, or the name itself. */
  function nameAt(path: string): string | null {
    const slash = path.lastIndexOf('/');
    const { names, folded } = listing(path.slice(0, Math.max(slash, 0)));
    const name = path.slice(slash + 1);
    const found = names.has(name) ? name : folded.get(foldedPath(name));
    return found === undefined ? null : path.slice(0, slash + 1) + found;
  }

  function blocked(path: string): SpecialState | null | 'free' {
    const found = nameAt(path);
    if (found === null) return 'free';
    return found === path ? null : { kind: 'blocked', by: found };
  }

  return (path) => {
    for (const parent of parentsOf(path)) {
      const wrong = blocked(parent);
      if (wrong === 'free') return null;
      if (wrong !== null) return wrong;
      if (entryOf(parent)?.kind !== 'folder') return { kind: 'blocked', by: parent };
    }
    const wrong = blocked(path);
    if (wrong === 'free') return null;
    if (wrong !== null) return wrong;
    const place = placeOf(layout, path);
    const entry = entryOf(path);
    if (entry === null) return null;
    if (entry.kind === 'folder') return { kind: 'folder', files: () => filesIn(disk, place, path) };
    if (entry.kind !== 'file') return { kind: entry.kind };
    const mode = WINDOWS ? recordedMode(path) : gitMode(entry.mode);
    return fileAt(disk, place, mode);
  };
}

/** The scan with a memory: every path is looked at once, and all of a plan speaks of the same moment. */
export function remembered(scan: Scan): Scan {
  const seen = new Map<string, YoursState>();
  return (path) => {
    const known = seen.get(path);
    if (known !== undefined) return known;
    const state = scan(path);
    seen.set(path, state);
    return state;
  };
}

/** The plain files of a repository; a symlink on the way counts as absence. */
export function plainFiles(root: string, disk: Disk): PlainFiles {
  const scan = scanner(root, disk, () => 0o644);
  const layout = layoutOf(root);
  const has = (path: string) => scan(path)?.kind === 'file';
  return {
    has,
    size: (path) => (has(path) ? (disk.entry(placeOf(layout, path))?.size ?? null) : null),
    read(path) {
      const state = scan(path);
      return state?.kind === 'file' ? state.bytes() : null;
    },
  };
}
