import type { Outcome } from '../../merge/outcome.ts';
import { decodeText } from '../../merge/text.ts';
import { type Case, following, type UpgradeInput, type Ways } from '../case.ts';
import { neededFiles, type StayingCode } from './needed.ts';
import { teamCode } from './own-code.ts';
import { isCode } from './rewrite.ts';

function textOf(file: Case['found']): string | null {
  const bytes = file?.kind === 'file' ? file.bytes() : null;
  return bytes && decodeText(bytes);
}

/**
 * A file that the template removes stays where code of the team imports it, as the team's own: a test of the team for example
 * that uses one of the template's helpers.
 */
export function keepNeeded(
  outcomes: readonly Outcome[],
  cases: ReadonlyMap<string, Case>,
  input: UpgradeInput,
  ways: Ways,
): Outcome[] {
  const code = (decision: Outcome['decision']): StayingCode[] =>
    outcomes.flatMap(({ path, decision: own }) => {
      const text = own === decision && isCode(path) ? textOf(cases.get(path)?.found ?? null) : null;
      return text === null ? [] : [{ path, text }];
    });
  const kept: Readonly<Record<string, string>> = Object.assign({}, ...input.due.map((one) => one.kept));
  const removed = new Map(code('delete').map(({ path, text }) => [path, { path, text: kept[path] ?? text }]));
  if (ways.imports === null || removed.size === 0) return [...outcomes];
  const staying = (['keep-removed', 'keep-edit', 'keep-owned', 'keep-owned-removed'] as const).flatMap(code);
  const needed = neededFiles([...teamCode(input), ...staying], removed);
  return outcomes.map((outcome) => {
    const by = needed.get(outcome.path);
    const found = cases.get(outcome.path)?.found;
    if (by === undefined || found?.kind !== 'file') return outcome;
    const { path } = outcome;
    const fresh = following(found, { from: path, to: path }, ways.imports);
    const text = kept[path];
    const bytes = text === undefined ? (fresh.bytes() as Uint8Array) : Buffer.from(text);
    const write = fresh === found && text === undefined ? null : { bytes, mode: fresh.mode };
    const notes = [...outcome.notes, `${by} imports it`];
    return { ...outcome, decision: 'keep-needed', write, remove: [], notes };
  });
}
