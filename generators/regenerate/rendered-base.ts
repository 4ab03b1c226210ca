import { sha256 } from '../hash.ts';
import { once } from '../project/once.ts';
import type { ProjectRecord } from '../project/read-record.ts';
import type { Tree } from '../tree.ts';

/**
 * The record, with a base that also holds what the new template renders: for contents that have not changed nothing is unpacked,
 * and they are not lost with a damaged base file.
 */
export function withRendered(record: ProjectRecord, theirs: Tree): ProjectRecord {
  const rendered = once(() => new Map([...theirs.values()].map(({ bytes }) => [sha256(bytes), bytes])));
  return { ...record, base: (hash) => rendered().get(hash) ?? record.base(hash) };
}
