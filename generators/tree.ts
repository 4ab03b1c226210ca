/** The currency between the rooms: a repository in memory. Nothing here touches a disk. */

/**
 * Who a file belongs to once it is written:
 * `managed` the template's (an edit is drift, still merged); `merged` both may change it; `seeded` written once, then the team's.
 */
export type Owner = 'managed' | 'merged' | 'seeded';

/** Permission bits of a file; Git knows these two and no others. */
export type Mode = 0o644 | 0o755;

export interface TreeFile {
  readonly bytes: Uint8Array;
  readonly mode: Mode;
  readonly owner: Owner;
}

/** Path to file. Paths are relative, with forward slashes, without `.` or `..` segments. */
export type Tree = ReadonlyMap<string, TreeFile>;
