import type { Mode } from '../render/tree.ts';

/** A regular file on one of the three sides. Contents are read only where the hashes do not decide. */
export interface FileState {
  readonly kind: 'file';
  readonly sha256: string;
  readonly mode: Mode;
  /** Null where only the hash is known: a base whose contents were not kept or were damaged. */
  readonly bytes: () => Uint8Array | null;
}

/**
 * What a person may have put where the template has a file. `blocked` is a file or a symlink in place of one of its folders,
 * or a name that differs by case alone.
 */
export interface SpecialState {
  readonly kind: 'symlink' | 'folder' | 'other' | 'blocked';
}

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
