import { posix } from 'node:path';
import type { Change } from '../../generators/apply/change.ts';
import type { Disk, DiskEntry } from '../../generators/apply/disk.ts';
import { nodeDisk } from '../../generators/apply/node-disk.ts';
import { bytesOf } from '../../generators/contents.ts';
import { sha256 } from '../../generators/hash.ts';
import type { Manifest } from '../../generators/project/manifest.ts';
import type { Mode, Owner, Tree, TreeFile } from '../../generators/tree.ts';

export interface MemoryFile {
  readonly text: string;
  readonly mode: Mode;
  readonly link?: boolean;
}

export type MemoryTree = ReadonlyMap<string, MemoryFile>;

export const ROOT = '/repository';

/** A disk to look at: files by path below ROOT. Writing to it is a mistake. */
export function memoryDisk(tree: MemoryTree): Disk {
  const inside = (place: string) => posix.relative(ROOT, place);
  const refuse = () => {
    throw new Error('the plan must not touch the disk');
  };
  const entryAt = (path: string): DiskEntry | null => {
    const file = tree.get(path);
    const common = { device: 1, modifiedMs: 0, size: Buffer.byteLength(file?.text ?? '') };
    if (file) return { kind: file.link ? 'symlink' : 'file', mode: file.mode, ...common };
    const isFolder = path === '' || [...tree.keys()].some((other) => other.startsWith(`${path}/`));
    return isFolder ? { kind: 'folder', mode: 0o755, ...common } : null;
  };
  return {
    ...Object.fromEntries(Object.keys(nodeDisk).map((name) => [name, refuse])),
    entry: (place: string) => entryAt(inside(place)),
    list(place: string) {
      const prefix = inside(place) === '' ? '' : `${inside(place)}/`;
      const below = [...tree.keys()].filter((path) => path.startsWith(prefix));
      return [...new Set(below.map((path) => path.slice(prefix.length).split('/')[0] as string))];
    },
    hash: (place: string) => sha256(Buffer.from(tree.get(inside(place))?.text ?? '')),
    read: (place: string) => Buffer.from(tree.get(inside(place))?.text ?? ''),
  } as unknown as Disk;
}

/** What a disk holds after the changes; each must meet what it expects. */
export function applied(tree: MemoryTree, changes: readonly Change[]): Map<string, MemoryFile> {
  const after = new Map(tree);
  for (const change of changes) {
    const found = tree.get(change.path);
    const state = found ? { sha256: sha256(Buffer.from(found.text)), mode: found.mode } : 'absent';
    expect(change.before).toEqual(state);
    if (change.kind === 'delete') after.delete(change.path);
  }
  for (const change of changes) {
    if (change.kind === 'write') {
      after.set(change.path, { text: Buffer.from(bytesOf(change.bytes)).toString('utf8'), mode: change.mode });
    }
  }
  return after;
}

export interface TemplateFile {
  readonly text: string;
  readonly mode?: Mode;
  readonly owner?: Owner;
}

/** A rendered template. */
export function treeOf(files: Readonly<Record<string, TemplateFile>>): Tree {
  const entries = Object.entries(files).map(([path, { text, mode = 0o644, owner = 'merged' }]): [string, TreeFile] => [
    path,
    { bytes: Buffer.from(text), mode, owner },
  ]);
  return new Map(entries);
}

/** The record that a rendered template leaves. */
export function recordOf(tree: Tree, templateVersion = '1.0.0', places: ReadonlyMap<string, string> = new Map()) {
  const blobs = new Map([...tree.values()].map(({ bytes }) => [sha256(bytes), bytes]));
  const files = Object.fromEntries(
    [...tree].map(([path, { bytes, mode, owner }]) => [
      path,
      {
        sha256: sha256(bytes),
        mode: mode === 0o755 ? ('755' as const) : ('644' as const),
        owner,
        ...(places.has(path) && { at: places.get(path) as string }),
      },
    ]),
  );
  const manifest: Manifest = { schema: 1, template: 'create-ml-serving', templateVersion, files };
  return { manifest, base: (hash: string) => blobs.get(hash) ?? null };
}
