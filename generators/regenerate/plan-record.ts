import { isDeepStrictEqual } from 'node:util';
import { parse } from 'yaml';
import type { Change } from '../apply/change.ts';
import { sha256 } from '../hash.ts';
import type { Outcome } from '../merge/outcome.ts';
import { isCheckoutOf } from '../merge/text.ts';
import { isBlobName } from '../project/earlier-base.ts';
import {
  ANSWERS_PATH,
  BASE_PATH,
  EARLIER_BASE_FOLDER,
  MANIFEST_PATH,
  type Manifest,
  POLICY_PATH,
} from '../project/manifest.ts';
import type { RecordFile } from '../project/record.ts';
import { CONFLICTS_PATH, type Conflicts, formatConflicts } from './conflicts.ts';
import type { Scan } from './scan.ts';

/** What a formatter, or a person, may write in another form. */
const WORDS: readonly string[] = [ANSWERS_PATH, POLICY_PATH, MANIFEST_PATH];

function before(scan: Scan, path: string) {
  const state = scan(path);
  return state?.kind === 'file' ? ({ sha256: state.sha256, mode: state.mode } as const) : 'absent';
}

function writeOver(scan: Scan, path: string, bytes: Uint8Array): Change[] {
  const found = before(scan, path);
  if (found !== 'absent' && found.sha256 === sha256(bytes)) return [];
  return [{ kind: 'write', path, bytes, mode: found === 'absent' ? 0o644 : found.mode, before: found }];
}

/** Of a text, that of a Windows checkout is left alone. */
function writeTextOver(scan: Scan, path: string, bytes: Uint8Array): Change[] {
  const state = scan(path);
  if (state?.kind === 'file' && isCheckoutOf(state.bytes(), bytes)) return [];
  return writeOver(scan, path, bytes);
}

function meaningOf(path: string, bytes: Uint8Array | null): unknown {
  try {
    if (path.endsWith('.json')) return JSON.parse(Buffer.from(bytes ?? '').toString('utf8'));
    return parse(Buffer.from(bytes ?? '').toString('utf8'), { logLevel: 'error' });
  } catch {
    return undefined;
  }
}

/** The same answers, policy or manifest in another form are left alone. */
function wordsChange(scan: Scan, { path, bytes }: RecordFile): Change[] {
  const found = scan(path);
  if (found?.kind === 'file' && isDeepStrictEqual(meaningOf(path, found.bytes()), meaningOf(path, bytes))) {
    return [];
  }
  return writeTextOver(scan, path, bytes);
}

/** What versions before 0.10 kept is in the base file from now on. Any other file in their folder stays. */
function earlierRemovals(scan: Scan, listed: readonly string[]): Change[] {
  return listed.filter(isBlobName).flatMap((name): Change[] => {
    const path = `${EARLIER_BASE_FOLDER}/${name}`;
    const found = before(scan, path);
    return found === 'absent' ? [] : [{ kind: 'delete', path, before: found }];
  });
}

/** Of a repository that leaves its policy. */
function policyRemoval(scan: Scan, files: readonly RecordFile[]): Change[] {
  const found = before(scan, POLICY_PATH);
  if (found === 'absent' || files.some(({ path }) => path === POLICY_PATH)) return [];
  return [{ kind: 'delete', path: POLICY_PATH, before: found }];
}

export interface RecordInput {
  readonly files: readonly RecordFile[];
  readonly scan: Scan;
  /** Names in the folder in which versions before 0.10 kept the base. */
  readonly listed: readonly string[];
  readonly conflicts: Conflicts | null;
}

/** What changes in the record: the base, what nobody needs any more, answers, policy, conflicts, the manifest. */
export function planRecord({ files, scan, listed, conflicts }: RecordInput): Change[] {
  const base = files.filter(({ path }) => path === BASE_PATH);
  const words = files.filter(({ path }) => WORDS.includes(path));
  const list = conflicts === null ? [] : writeTextOver(scan, CONFLICTS_PATH, formatConflicts(conflicts));
  return [
    ...base.flatMap(({ path, bytes }) => writeOver(scan, path, bytes)),
    ...earlierRemovals(scan, listed),
    ...words.flatMap((file) => wordsChange(scan, file)),
    ...policyRemoval(scan, files),
    ...list,
  ];
}

function withoutPlaces(bytes: Uint8Array | null): unknown {
  const manifest = meaningOf(MANIFEST_PATH, bytes) as Partial<Manifest> | undefined;
  const entries = Object.entries(manifest?.files ?? {}).map(([path, { at: _, ...entry }]) => [path, entry]);
  return { ...manifest, files: Object.fromEntries(entries) };
}

/** Whether all that changes is where the user has moved files to, as the manifest has it: there is nothing to bring. */
export function isOnlyPlaces(changes: readonly Change[], scan: Scan): boolean {
  const [change] = changes;
  if (changes.length !== 1 || change?.kind !== 'write' || change.path !== MANIFEST_PATH) return false;
  const found = scan(MANIFEST_PATH);
  if (found?.kind !== 'file' || !(change.bytes instanceof Uint8Array)) return false;
  return isDeepStrictEqual(withoutPlaces(found.bytes()), withoutPlaces(change.bytes));
}

/** The conflicts of an upgrade as they stand in the record. */
export function conflictsOf(outcomes: readonly Outcome[], from: string | null, to: string): Conflicts | null {
  const list = outcomes.flatMap(({ path, conflict }) => (conflict === null ? [] : [{ path, ...conflict }]));
  return list.length === 0 ? null : { schema: 1, from, to, conflicts: list };
}
