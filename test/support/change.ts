import { join } from 'node:path';
import type { Change } from '../../generators/apply/change.ts';
import { nodeDisk } from '../../generators/apply/node-disk.ts';
import { observe } from '../../generators/apply/observe.ts';
import type { Mode } from '../../generators/tree.ts';

/** A write whose expected state is what stands there now. */
export function write(root: string, path: string, text: string, mode: Mode = 0o644): Change {
  const before = observe(nodeDisk, join(root, path));
  return {
    kind: 'write',
    path,
    bytes: Buffer.from(text),
    mode,
    before: typeof before === 'string' ? 'absent' : before,
  };
}

/** A deletion of the file that stands there now. */
export function remove(root: string, path: string): Change {
  const before = observe(nodeDisk, join(root, path));
  if (typeof before === 'string') throw new Error(`${path} is ${before}`);
  return { kind: 'delete', path, before };
}
