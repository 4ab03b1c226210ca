import { join } from 'node:path';
import type { FileContents } from '../contents.ts';
import type { Mode } from '../tree.ts';
import { backUp } from './back-up.ts';
import type { Change } from './change.ts';
import type { Disk } from './disk.ts';
import type { Journal } from './journal.ts';
import type { Layout } from './layout.ts';
import { gitMode } from './observe.ts';

const RUN_BITS = 0o111;

/** Changes the run bit as Git does, where reading is allowed, and leaves the person's other bits alone. */
function withRunBit(permissions: number, mode: Mode): number {
  if (gitMode(permissions) === mode) return permissions;
  return mode === 0o755 ? permissions | ((permissions & 0o444) >> 2) : permissions & ~RUN_BITS;
}

function stageIncoming(disk: Disk, place: string, bytes: FileContents, mode: Mode, permissions: number | null): void {
  disk.create(place, bytes, mode === 0o755 ? 0o777 : 0o666);
  if (permissions !== null) disk.chmod(place, withRunBit(permissions, mode));
}

/**
 * Lays out all new contents and a copy of all old ones inside the repository's own folder, for the journal to tell of.
 */
export function stage(
  disk: Disk,
  layout: Layout,
  journal: Journal,
  changes: readonly Change[],
  notes: ReadonlyMap<string, Uint8Array>,
): void {
  const byPath = new Map(changes.map((change) => [change.path, change]));
  for (const folder of [layout.transaction, layout.incoming, layout.outgoing]) disk.makeFolder(folder);
  journal.steps.forEach((step, index) => {
    const change = byPath.get(step.path);
    if (change?.kind === 'write') {
      stageIncoming(disk, join(layout.incoming, `${index}`), change.bytes, change.mode, step.permissions);
    }
    if (step.before !== 'absent') {
      backUp(disk, layout, step.path, step.before.sha256, join(layout.outgoing, `${index}`));
    }
  });
  for (const [name, bytes] of notes) disk.create(join(layout.transaction, name), bytes, 0o666);
  for (const folder of [layout.local, layout.incoming, layout.outgoing]) disk.sync(folder);
}
