import type { Departure } from '../questions/locks.ts';
import type { Finding } from '../regenerate/findings.ts';
import type { RolloutClass } from '../regenerate/rollout/side.ts';

/**
 * Where a repository stands, the most urgent thing first: `failed` it cannot be read or an upgrade cannot be worked out;
 * `foreign` no repository of ours; `pending` an upgrade is not finished; `newer` made by a newer version; `damaged` a part
 * of the record is missing or damaged; `off-policy` answers are not what the policy fixes; `update` there is something to bring; `drifted` only hand edits of managed files; `current`.
 */
export const STATES = [
  'failed',
  'foreign',
  'pending',
  'newer',
  'damaged',
  'off-policy',
  'update',
  'drifted',
  'current',
] as const;
export type State = (typeof STATES)[number];

export interface ModelStatus {
  readonly name: string;
  readonly version: string;
  readonly type: string;
}

/** What `regenerate` would do. */
export interface UpgradeStatus {
  readonly to: string;
  readonly rollout: RolloutClass;
  /** Files of the repository that would be written or removed; those of its record do not count. */
  readonly files: number;
  /** Paths that a person would have to look at. */
  readonly conflicts: readonly string[];
  /** Questions that would be answered by their defaults. */
  readonly newQuestions: readonly string[];
  readonly reinstall: boolean;
}

/** The policy that a repository is judged by. */
export interface PolicyStatus {
  /** From the broadest to the nearest; empty where there is none. */
  readonly presets: readonly string[];
  /** Those that it is under so far; null where that cannot be told. */
  readonly former: readonly string[] | null;
  readonly departures: readonly Departure[];
}

/** One repository of a fleet. The form is a contract: fields are added, never taken away. */
export interface RepositoryStatus {
  /** As it was named. */
  readonly directory: string;
  readonly state: State;
  /** Null where serving.yaml cannot be read. */
  readonly model: ModelStatus | null;
  /** Template version of the record; null where it names none. */
  readonly template: string | null;
  /** The words of `--fail-on` that it meets; empty where nothing can be told. */
  readonly found: readonly Finding[];
  /** Managed files that were edited, removed or replaced. */
  readonly drift: readonly string[];
  /** What is missing or damaged in the record. */
  readonly problems: readonly string[];
  /** What an earlier upgrade left open. */
  readonly pending: 'interrupted' | 'undoing' | 'held' | 'conflicts' | null;
  readonly upgrade: UpgradeStatus | null;
  /** Null where nothing can be told. */
  readonly policy: PolicyStatus | null;
  readonly error: { readonly code: string; readonly message: string; readonly hint: string } | null;
}
