import { createTwoFilesPatch } from 'diff';
import type { Change } from '../apply/change.ts';
import type { Disk } from '../apply/disk.ts';
import { layoutOf, placeOf } from '../apply/layout.ts';
import { bytesOf } from '../contents.ts';
import { decodeText } from '../merge/text.ts';
import { isRecord } from '../project/manifest.ts';
import type { KeptChange } from './ownership/kept.ts';
import type { Upgrade } from './upgrade.ts';

const NOWHERE = '/dev/null';

function sidesOf(change: Change, old: Uint8Array | null): [string | null, string | null] {
  const fresh = change.kind === 'write' ? decodeText(bytesOf(change.bytes)) : '';
  return [old === null ? '' : decodeText(old), fresh];
}

function diffOf(change: Change, old: Uint8Array | null): string {
  const { path, before } = change;
  const [from, to] = [old === null ? NOWHERE : `a/${path}`, change.kind === 'delete' ? NOWHERE : `b/${path}`];
  const mode = change.kind === 'write' ? change.mode : 0;
  const head = [`diff --git a/${path} b/${path}`];
  if (change.kind === 'delete') head.push('deleted file');
  else if (old === null) head.push(`new file mode 100${mode.toString(8)}`);
  else if (typeof before === 'object' && before.mode !== mode) {
    head.push(`old mode 100${before.mode.toString(8)}`, `new mode 100${mode.toString(8)}`);
  }
  const [oldText, freshText] = sidesOf(change, old);
  if (oldText === null || freshText === null) return [...head, 'Binary files differ', ''].join('\n');
  const patch = createTwoFilesPatch(from, to, oldText, freshText, undefined, undefined, { context: 3 });
  const body = patch.slice(patch.indexOf('---')).replace(/^(---|\+\+\+) (.*?)\t?$/gm, '$1 $2');
  return [...head, ...(oldText === freshText ? [''] : [body])].join('\n');
}

/**
 * The changes of an upgrade as a unified diff; the record's own files are left out, nobody reads them. What the template has changed
 * in files that the team owns follows as comments: nothing that takes the output applies it.
 */
export function toDiff({ root, changes, plan }: Upgrade, disk: Disk): string {
  const layout = layoutOf(root);
  const applied = changes
    .filter(({ path }) => !isRecord(path))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
    .map((change) => diffOf(change, change.before === 'absent' ? null : disk.read(placeOf(layout, change.path))))
    .join('');
  return applied + plan.outcomes.map(({ path, kept }) => (kept === null ? '' : keptDiff(path, kept))).join('');
}

function keptDiff(path: string, { base, theirs }: KeptChange): string {
  const [old, fresh] = [base?.bytes() ?? null, theirs.bytes() as Uint8Array];
  const change = { path, bytes: fresh, mode: theirs.mode, before: base === null ? 'absent' : base } as const;
  const text = diffOf({ kind: 'write', ...change }, old);
  const lines = [`${path} is kept as yours. The template has changed:`, ...text.trimEnd().split('\n')];
  return `${lines.map((line) => `# ${line}`).join('\n')}\n`;
}
