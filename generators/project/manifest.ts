import type { Owner } from '../tree.ts';

/** Where the record of a stamped-out repository lives, relative to its root. */
export const RECORD_FOLDER = '.ml-serving';
export const MANIFEST_PATH = `${RECORD_FOLDER}/manifest.json`;
export const ANSWERS_PATH = `${RECORD_FOLDER}/answers.yaml`;
/** Only where the repository is under one. */
export const POLICY_PATH = `${RECORD_FOLDER}/policy.yaml`;
/** What the template rendered last, all in one file: see `base-file.ts`. */
export const BASE_PATH = `${RECORD_FOLDER}/base.json.gz`;
/** Where versions before 0.10 kept it, one file for each contents. */
export const EARLIER_BASE_FOLDER = `${RECORD_FOLDER}/base`;

/** The comment above the recorded answers. */
export const ANSWERS_HEADER = `# What this repository was stamped out from. To change an answer:
#   npx create-ml-serving regenerate --set key=value
`;

/** Whether a path belongs to the record itself, rather than to what the template rendered. */
export function isRecord(path: string): boolean {
  return path.startsWith(`${RECORD_FOLDER}/`);
}

/** What the template rendered last, by path. Contents of files that can be merged are in the base file. */
export interface Manifest {
  /** Version of this format. */
  readonly schema: 1;
  readonly template: 'create-ml-serving';
  /** Semver of the template that rendered the files. */
  readonly templateVersion: string;
  /** Hash of the answers as they were written; where it still fits, the template renders what it rendered then. */
  readonly answersSha256?: string;
  /** Of the policy as it was written; absent where there is none. */
  readonly policySha256?: string;
  /** Of the base file as it was written; absent in records of versions before 0.10. */
  readonly baseSha256?: string;
  readonly files: Readonly<Record<string, ManifestEntry>>;
}

export interface ManifestEntry {
  /** Hash of the uncompressed bytes, hex. */
  readonly sha256: string;
  readonly mode: '644' | '755';
  readonly owner: Owner;
  /** Where the user has moved the file to; absent where it is at its own path. */
  readonly at?: string;
  /** Whether the team owns it now (`regenerate --own`); absent where it does not. */
  readonly owned?: boolean;
}
