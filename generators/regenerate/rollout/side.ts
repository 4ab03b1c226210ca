/** One rendered template, as far as the rollout class looks at it. */
export interface Side {
  readonly paths: readonly string[];
  /** The text of a file, or null where there is none or it is not known. */
  readonly text: (path: string) => string | null;
}

/** How an upgrade may reach production, mildest first. */
export const ROLLOUT_CLASSES = ['compatible', 'batch', 'online', 'breaking'] as const;
export type RolloutClass = (typeof ROLLOUT_CLASSES)[number];

export interface Finding {
  readonly class: RolloutClass;
  /** What changed, for a person. */
  readonly what: string;
}

/** Looks at one part of the contract between a service and those around it. */
export type Rule = (before: Side, after: Side) => Finding[];

export function changed(before: Side, after: Side, path: string): boolean {
  return before.text(path) !== after.text(path);
}
