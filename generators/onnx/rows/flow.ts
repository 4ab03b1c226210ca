import type { Node } from '../schema.ts';

/**
 * What is known of a value: `rows` lie on one of its axes; it has `none` of them (weights, and what is made of weights or of shapes);
 * they are `lost` (mixed already, so that further findings would repeat the first). Nothing is said of what is not known.
 */
export type Flow =
  | { readonly kind: 'rows'; readonly axis: number; readonly rank: number }
  | { readonly kind: 'none'; readonly rank: number | undefined }
  | { readonly kind: 'lost' /** They became a list over all rows. */; readonly listed?: true }
  | { readonly kind: 'unknown' };

export type Rows = Extract<Flow, { kind: 'rows' }>;

export const LOST: Flow = { kind: 'lost' };
export const LISTED: Flow = { kind: 'lost', listed: true };
export const UNKNOWN: Flow = { kind: 'unknown' };

/** What a node makes of its inputs: its outputs, and why its answer to a row depends on other rows, where it does. */
export interface Step {
  readonly outputs: readonly Flow[];
  /** In words that go on after the operator's name: `over the axis of the rows`. */
  readonly mixes?: string;
}

/** A node with what a rule needs to know of it. */
export interface Site {
  readonly node: Node;
  readonly inputs: readonly Flow[];
  readonly opset: number;
  /** An attribute of one integer. */
  readonly int: (name: string) => number | undefined;
  /** An attribute of several. */
  readonly ints: (name: string) => readonly number[] | undefined;
  /** Integers that an input holds as a constant; undefined where it does not. */
  readonly constant: (input: number) => readonly number[] | undefined;
}

export type Rule = (site: Site, rows: Rows) => Step;

export const rowsAt = (axis: number, rank: number): Rows => ({ kind: 'rows', axis, rank });
export const one = (flow: Flow): Step => ({ outputs: [flow] });
export const mixed = (mixes: string, ...outputs: readonly Flow[]): Step => ({
  outputs: outputs.length > 0 ? outputs : [LOST],
  mixes,
});
/** Axes that count from the end, counted from the start. */
export const fromStart = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);
