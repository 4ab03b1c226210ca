import type { Labels } from './text-merge.ts';

/** Three texts of a file that has become another one, so that its lines have no counterpart. */
export interface CarrySides {
  readonly base: string;
  readonly yours: string;
  readonly theirs: string;
  readonly labels: Labels;
}

export interface Carried {
  readonly text: string;
  /** How many places are left to the person, each between markers. */
  readonly conflicts: number;
  readonly notes: readonly string[];
}

/** Brings what a person has added to the last template's file into the new one; null where lines are to be merged instead. */
export type Carry = (sides: CarrySides) => Carried | null;
