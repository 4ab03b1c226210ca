import { stringify } from 'yaml';
import { sha256 } from '../hash.ts';
import type { Policy } from '../policy/policy.ts';
import { formatPolicy } from '../policy/record.ts';
import type { Answers } from '../questions/questions.ts';
import type { Tree } from '../tree.ts';
import { formatBase } from './base-file.ts';
import { ANSWERS_HEADER, ANSWERS_PATH, BASE_PATH, MANIFEST_PATH, type Manifest, POLICY_PATH } from './manifest.ts';

/** A few files of the record; the manifest goes to disk after everything else. */
export interface RecordFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** What a repository is made of, and remembers. */
export interface Recorded {
  readonly tree: Tree;
  readonly answers: Answers;
  readonly policy: Policy;
  readonly templateVersion: string;
  /** Where the user has moved files to, by the template's path. */
  readonly places?: ReadonlyMap<string, string>;
  /** Files that the team owns, by the template's path. */
  readonly owned?: ReadonlySet<string>;
}

/**
 * The record of what the template rendered: the manifest, the answers, the policy, and the base file with the contents of every
 * file that a later version may have to merge. Seeded files are never merged, so only their hash is kept.
 */
export function buildRecord({ tree, answers, policy, templateVersion, places, owned }: Recorded): RecordFile[] {
  const files: Record<string, Manifest['files'][string]> = {};
  const contents = new Map<string, Uint8Array>();
  for (const [path, { bytes, mode, owner }] of tree) {
    const hash = sha256(bytes);
    const at = places?.get(path);
    // A seeded file is the team's anyway.
    const isOwned = owner !== 'seeded' && owned?.has(path);
    files[path] = {
      sha256: hash,
      mode: mode === 0o755 ? '755' : '644',
      owner,
      ...(at !== undefined && { at }),
      ...(isOwned && { owned: true }),
    };
    if (owner !== 'seeded') contents.set(path, bytes);
  }
  const answersBytes = Buffer.from(ANSWERS_HEADER + stringify(answers, { lineWidth: 0 }));
  const answersSha256 = sha256(answersBytes);
  const policyBytes = policy.presets.length > 0 ? formatPolicy(policy) : undefined;
  const base = formatBase(contents);
  const manifest: Manifest = {
    schema: 1,
    template: 'create-ml-serving',
    templateVersion,
    answersSha256,
    ...(policyBytes && { policySha256: sha256(policyBytes) }),
    baseSha256: sha256(base),
    files,
  };
  return [
    { path: BASE_PATH, bytes: base },
    { path: ANSWERS_PATH, bytes: answersBytes },
    ...(policyBytes ? [{ path: POLICY_PATH, bytes: policyBytes }] : []),
    { path: MANIFEST_PATH, bytes: Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`) },
  ];
}
