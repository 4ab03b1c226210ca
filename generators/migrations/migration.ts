import type { Carry } from '../merge/carry.ts';

/** Answers as they are recorded, before they are checked against the questions of today. */
export type RawAnswers = Readonly<Record<string, unknown>>;

/** The text of a file of the repository, as it is now; undefined where there is none. */
export type ReadText = (path: string) => string | undefined;

/** A file that has another path from this version on; a folder ends in a slash and moves with all the template's files in it. */
export interface Move {
  readonly from: string;
  readonly to: string;
}

/**
 * What a template version changes beyond the contents of its files. Moves are declared here, never guessed from contents.
 * All functions are pure: they are called again when an upgrade is planned again.
 */
export interface Migration {
  /** The template version that brings it, semver. */
  readonly version: string;
  readonly moves?: readonly Move[];
  readonly answers?: (answers: RawAnswers, read: ReadText) => RawAnswers;
  /**
   * By the path a file has before this migration's moves: rewrites its text from the old form to the new. Applied to the
   * base and to the person's file alike, so that the change of form meets no edit of the person as a conflict.
   */
  readonly files?: Readonly<Record<string, (text: string) => string>>;
  /** New files that belong to something a team may have replaced, by path: they are brought only where that still stands. */
  readonly belongs?: Readonly<Record<string, Belonging>>;
  /**
   * Where given, relative imports follow the files that move, in all code of the repository: the template's and the team's own.
   * Says how code imports a file from outside of the part that it is in, or null for by its relative path.
   */
  readonly importAs?: (path: string) => string | null;
  /** By the path that a file has after this version's moves: what the team has added to it is carried over to another file's lines. */
  readonly carries?: Readonly<Record<string, Carry>>;
  /** By path: what a file that is no longer rendered holds where it stays because code of the team imports it. */
  readonly kept?: Readonly<Record<string, string>>;
  /** By folder: what there is to say of a file that is no longer rendered and stays because the team has edited it. */
  readonly removedNotes?: Readonly<Record<string, string>>;
  /** Seeded files that get the new contents where the team has never edited them; a folder ends in a slash. */
  readonly reseeds?: readonly string[];
}

/** Decides by a file that the repository has, as the template wrote it and as it is now. */
export interface Belonging {
  readonly to: string;
  readonly stands: (was: string, now: string) => boolean;
}
