import { ServingError } from '../errors.ts';
import type { ConflictReason, ContentConflict } from '../merge/contents.ts';
import type { Why } from '../merge/values/context.ts';
import { RECORD_FOLDER } from '../project/manifest.ts';
import { pathProblem } from '../project/path.ts';
import type { ReadFile } from '../project/plain-files.ts';

/** What is left to a person after an upgrade. It is part of the record, so that it travels with a branch. */
export const CONFLICTS_PATH = `${RECORD_FOLDER}/conflicts.json`;

export interface Conflicts {
  readonly schema: 1;
  /** Template versions; null where the record named none. */
  readonly from: string | null;
  readonly to: string;
  readonly conflicts: readonly (ContentConflict & { readonly path: string })[];
}

const EXPLAINED: Readonly<Record<ConflictReason, string>> = {
  'both-changed': 'you and the template changed it',
  'both-added': 'you have a file of your own where the template adds one',
  'in-the-way': 'something that is no file of the template stands in its place',
  binary: 'it is not text in UTF-8, so nothing was merged; yours is kept',
  unparsable: 'yours cannot be read in its format; it is kept',
  'holds-markers': 'it holds conflict markers already; yours is kept',
};

const WHY: Readonly<Partial<Record<Why, string>>> = {
  commented: '; your comment protects yours',
  renamed: '; one side has renamed, replaced or removed it',
  'not-editable': '; it could not be written into your text',
};

/** One conflict in words. */
export function explainConflict({ reason, markers, keys }: ContentConflict): string {
  if (keys.length > 0) {
    const places = keys.map(({ key, theirs, why }) => `${key} (the template has ${theirs}${(why && WHY[why]) ?? ''})`);
    const rest = reason === 'both-changed' ? 'your value is kept' : 'yours is kept';
    return `${EXPLAINED[reason].replace(/; (yours|it) is kept$/, '')} at ${places.join(', ')}; ${rest}`;
  }
  if (markers) return `${EXPLAINED[reason]}; look for <<<<<<<`;
  return reason.startsWith('both') ? `${EXPLAINED[reason]}; yours is kept` : EXPLAINED[reason];
}

/** Lines of the template that `explainConflict` cannot show in full, by key. */
export function textsOf(conflict: ContentConflict | null): { readonly key: string; readonly text: string }[] {
  return (conflict?.keys ?? []).flatMap(({ key, theirs, text }) =>
    typeof text === 'string' && (text.includes('\n') || theirs.endsWith('…')) ? [{ key, text }] : [],
  );
}

export function formatConflicts(conflicts: Conflicts): Uint8Array {
  return Buffer.from(`${JSON.stringify(conflicts, null, 2)}\n`);
}

function isConflicts(value: unknown): value is Conflicts {
  const list = (value as Partial<Conflicts> | null)?.conflicts;
  return (
    Array.isArray(list) &&
    list.every(({ path, reason, keys }) => {
      return typeof path === 'string' && pathProblem(path) === null && reason in EXPLAINED && Array.isArray(keys);
    })
  );
}

/** Reads the list of conflicts that are left; null where there are none. */
export function readConflicts(read: ReadFile): Conflicts | null {
  const bytes = read(CONFLICTS_PATH);
  if (bytes === null) return null;
  let value: unknown = null;
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {}
  if (isConflicts(value)) return value;
  throw new ServingError('RECORD_DAMAGED', `${CONFLICTS_PATH} is not valid.`, {
    hint: 'Restore it from Git, or delete it when no conflict is left.',
  });
}
