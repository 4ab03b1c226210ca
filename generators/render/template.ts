import type { ModelType, TensorSpec } from '../tensor.ts';
import type { Owner } from '../tree.ts';

/** `template.json`: what the template says of its own files. A pattern is a path, or a folder with its trailing slash. */
export interface TemplateSpec {
  /** Names that npm drops from packages, by the name they are shipped under. */
  readonly renames: Readonly<Record<string, string>>;
  /** Files not listed are managed. */
  readonly owners: Readonly<Partial<Record<Owner, readonly string[]>>>;
  /** Paths in the stamped-out repository that carry the run bit. */
  readonly executable: readonly string[];
  /** Folders of the base that stay in this project: tests of the template itself. */
  readonly notRendered?: readonly string[];
  /**
   * Paths of the repository that are rendered only when every named answer has one of the listed values. A panel or a row of
   * the dashboards is `<folder>#<title>`.
   */
  readonly conditional?: Readonly<Record<string, When>>;
  /** Folders under `features/`, each laid over the base when every named answer has one of the listed values. */
  readonly features: Readonly<Record<string, { readonly when: When }>>;
}

/** Values by the name of an answer. */
export type When = Readonly<Record<string, readonly string[]>>;

/** One version of the template, in memory. */
export interface Template {
  /** Semver. */
  readonly version: string;
  readonly spec: TemplateSpec;
  /** Bytes by path below the template's folder: `base/…`, `features/<name>/…`, `samples/<model type>/…`. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** A really trained model that the template ships, with the interface that serves it. */
export interface Sample {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  /** Files of `model/`, by path in the repository. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

export type SampleOf = (modelType: ModelType) => Sample;

/** Does a pattern of `template.json` name this path? */
export function matches(pattern: string, path: string): boolean {
  return pattern.endsWith('/') ? path.startsWith(pattern) : path === pattern;
}
