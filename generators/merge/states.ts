import type { Mode } from '../tree.ts';

/** A regular file on one of the three sides. Contents are read only where the hashes do not decide. */
export interface FileState {
  readonly kind: 'file';
  readonly sha256: string;
  readonly mode: Mode;
  /** Null where only the hash is known: a base whose contents were not kept or were damaged. */
  readonly bytes: () => Uint8Array | null;
}

/** What a person may have put where the template has a file. */
export type SpecialState =
  | { readonly kind: 'symlink' | 'other' }
  /** A folder; `files` are the paths of everything in it. */
  | { readonly kind: 'folder'; readonly files: () => readonly string[] }
  /** `by` stands in place of one of its folders, or has a name that differs by case alone. */
  | { readonly kind: 'blocked'; readonly by: string };

export type YoursState = FileState | SpecialState | null;

/** One path, seen from the three sides; null is absence. */
export interface Triple {
  readonly base: FileState | null;
  readonly yours: YoursState;
  readonly theirs: FileState | null;
}

/** Whether two files have the same contents and mode. */
export function sameFile(a: FileState, b: FileState): boolean {
  return a.sha256 === b.sha256 && a.mode === b.mode;
}
