/** Reads a plain file of the repository by its path; null where there is none. Never follows a symlink. */
export type ReadFile = (path: string) => Uint8Array | null;

/** The plain files of a repository, or of one side of a merge. */
export interface PlainFiles {
  readonly read: ReadFile;
  readonly has: (path: string) => boolean;
  /** Bytes of a file; null where there is none. */
  readonly size: (path: string) => number | null;
}
