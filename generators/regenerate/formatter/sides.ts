import { sha256 } from '../../hash.ts';
import type { FileState, YoursState } from '../../merge/states.ts';
import { decodeText } from '../../merge/text.ts';
import type { Case } from '../case.ts';
import type { Formatter } from './run.ts';

function textOf(file: YoursState): string | null {
  const bytes = file?.kind === 'file' ? file.bytes() : null;
  return bytes && decodeText(bytes);
}

function withText(file: FileState, text: string): FileState {
  const bytes = Buffer.from(text);
  return { ...file, sha256: sha256(bytes), bytes: () => bytes };
}

function formattedBy({ name, format }: Formatter, path: Case): Case | null {
  const [base, yours, theirs] = [path.base, path.yours, path.theirs].map(textOf);
  if (typeof base !== 'string' || typeof yours !== 'string' || typeof theirs !== 'string') return null;
  // A file that the formatter has not been run over would differ from a formatted template at every line.
  if (format(path.path, yours) !== yours) return null;
  const plain = format(path.path, base);
  if (plain === null || plain === base) return null;
  const fresh = format(path.path, theirs);
  if (fresh === null) return null;
  const [old, its] = [withText(path.base as FileState, plain), withText(path.theirs as FileState, fresh)];
  return { ...path, base: old, theirs: its, formattedBy: name };
}

/**
 * Brings the template's sides of a file into the form that the repository's formatter gives it, where both sides have
 * changed the file and yours is in that form: then what differs are edits alone.
 */
export function formatSides(path: Case, formatters: readonly Formatter[]): Case {
  const { base, yours, theirs, owner, owned = false } = path;
  const isMerge = owner !== 'seeded' && !owned && base !== null && theirs !== null && yours?.kind === 'file';
  if (!isMerge || yours.sha256 === base.sha256 || theirs.sha256 === base.sha256) return path;
  for (const formatter of formatters) {
    const formatted = formattedBy(formatter, path);
    if (formatted !== null) return formatted;
  }
  return path;
}
