import { type Data, isData } from '../../questions/data.ts';
/** One rendered template, as far as the rollout class looks at it. */
export interface Side {
  readonly paths: readonly string[];
  /** The text of a file, or null where there is none or it is not known. */
  readonly text: (path: string) => string | null;
  /** What tells its contents apart, without reading them; null where there is no such file. */
  readonly hash: (path: string) => string | null;
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
  return before.hash(path) !== after.hash(path);
}

/** A JSON object in a file of a side; null where there is none that can be read. */
export function objectIn(side: Side, path: string): Data | null {
  try {
    const value: unknown = JSON.parse(side.text(path) ?? 'null');
    return isData(value) ? value : null;
  } catch {
    return null;
  }
}

/** The object under a key; an empty one where there is none. */
export function dataAt(value: unknown, key: string): Data {
  const inner = isData(value) ? value[key] : undefined;
  return isData(inner) ? inner : {};
}
