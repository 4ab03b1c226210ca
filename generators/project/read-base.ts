import { sha256 } from '../hash.ts';
import { DamagedBase, LARGEST_BASE, parseBase } from './base-file.ts';
import { blobPath, readBlob } from './earlier-base.ts';
import { BASE_PATH, type Manifest } from './manifest.ts';
import { once } from './once.ts';
import type { PlainFiles } from './plain-files.ts';

/** What the template rendered last. Nothing is read before it is asked for, and the base file at most once. */
export interface Base {
  /** Contents by their hash; null where they were not kept or are damaged. */
  readonly contents: (sha256: string) => Uint8Array | null;
  /** Why the base file cannot be read; null where it can, or where there is none. */
  readonly damage: () => string | null;
  /** Looks for what a manifest names and the base does not hold, in words for a person. */
  readonly problems: (manifest: Manifest) => readonly string[];
}

const RESTORE = `restore it with git checkout HEAD -- ${BASE_PATH}`;

/** One place where contents may be: the repository itself, or a side of a merge. */
function placeIn({ read, size }: PlainFiles) {
  const length = once(() => size(BASE_PATH) ?? 0);
  const packed = once(() => (length() > LARGEST_BASE ? null : read(BASE_PATH)));
  const file = once(() => {
    const contents: ReadonlyMap<string, Uint8Array> = new Map();
    if (length() > LARGEST_BASE) return { contents, damage: `it has ${length()} bytes` };
    const bytes = packed();
    if (bytes === null) return { contents, damage: null };
    try {
      return { contents: parseBase(bytes), damage: null };
    } catch (error) {
      if (error instanceof DamagedBase) return { contents, damage: error.message };
      throw error;
    }
  });
  return {
    packed,
    damage: () => file().damage,
    find: (hash: string) => file().contents.get(hash) ?? readBlob(read, hash),
  };
}

/**
 * Opens the base of a repository.
 * @param others where contents are looked for that the repository itself does not hold: the sides of an unfinished merge
 */
export function openBase(files: PlainFiles, others: () => readonly PlainFiles[]): Base {
  const own = placeIn(files);
  const more = once(() => others().map(placeIn));
  const known = new Map<string, Uint8Array | null>();

  function find(hash: string): Uint8Array | null {
    const found = own.find(hash);
    if (found !== null) return found;
    for (const place of more()) {
      const other = place.find(hash);
      if (other !== null) return other;
    }
    return null;
  }

  function contents(hash: string): Uint8Array | null {
    if (!known.has(hash)) known.set(hash, find(hash));
    return known.get(hash) ?? null;
  }

  function problems({ baseSha256, files: entries }: Manifest): string[] {
    const packed = own.packed();
    // The file as it was written holds all that was written with it: nothing has to be unpacked.
    if (packed !== null && baseSha256 !== undefined && sha256(packed) === baseSha256) return [];
    const kept = Object.entries(entries).filter(([, { owner }]) => owner !== 'seeded');
    const lost = kept.filter(([, entry]) => contents(entry.sha256) === null);
    if (lost.length === 0) return [];
    const damage = own.damage();
    if (damage !== null) return [`${BASE_PATH} is damaged: ${damage}; ${RESTORE}`];
    if (baseSha256 !== undefined && packed === null) return [`${BASE_PATH} is missing; ${RESTORE}`];
    return lost.map(([path, entry]) => {
      const blob = blobPath(entry.sha256);
      if (files.has(blob)) return `the base of ${path} is damaged (${blob})`;
      return `the base of ${path} is missing (${baseSha256 === undefined ? blob : BASE_PATH})`;
    });
  }

  return { contents, damage: own.damage, problems };
}
