import type { Disk } from '../apply/disk.ts';
import { isMergedByKey, missingIn } from '../merge/contents.ts';
import type { KeyConflict } from '../merge/structured.ts';
import { readRecord } from '../project/read-record.ts';
import { plainFiles, scanner } from './scan.ts';

/**
 * What the template has and files have not, in a repository that is at this version: what the template renders is its base.
 * A team may have removed it, or an earlier upgrade could not merge it: nothing in the record tells one from the other.
 */
export function quickMissing(
  root: string,
  disk: Disk,
): { readonly path: string; readonly keys: readonly KeyConflict[] }[] {
  const { manifest, base } = readRecord(plainFiles(root, disk));
  const scan = scanner(root, disk, () => 0o644);
  return Object.entries(manifest?.files ?? {}).flatMap(([path, { owner, owned, sha256 }]) => {
    const yours = owner === 'seeded' || owned || !isMergedByKey(path) ? null : scan(path);
    if (yours?.kind !== 'file' || yours.sha256 === sha256) return [];
    const [own, its] = [yours.bytes(), base(sha256)];
    const keys = own === null || its === null ? [] : missingIn(path, { base: its, yours: own, theirs: its });
    return keys.length === 0 ? [] : [{ path, keys }];
  });
}
