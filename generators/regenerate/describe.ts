import type { KeyConflict } from '../merge/structured.ts';
import type { Decision } from '../merge/table.ts';
import { explainConflict } from './conflicts.ts';
import { keptText } from './ownership/text.ts';
import type { PlannedOutcome } from './plan.ts';

/** One line of a plan: a word for what happens, the path, and what there is to say about it. */
export interface Line {
  readonly word: 'add' | 'update' | 'merge' | 'move' | 'delete' | 'conflict' | 'keep' | 'note';
  readonly path: string;
  readonly detail: string;
}

const WORDS: Readonly<Partial<Record<Decision, Pick<Line, 'word' | 'detail'>>>> = {
  add: { word: 'add', detail: '' },
  update: { word: 'update', detail: '' },
  delete: { word: 'delete', detail: 'the template has removed it' },
  merge: { word: 'merge', detail: 'your edit and the template’s change' },
  'keep-removed': { word: 'keep', detail: 'the template has removed it, you have edited it: it is yours now' },
  'keep-owned-removed': { word: 'keep', detail: 'the template has removed it, yours stays' },
  'keep-needed': { word: 'keep', detail: 'the template has removed it, your code needs it: it is yours now' },
  'stay-deleted-changed': {
    word: 'note',
    detail: 'you have deleted it, the template has changed it: it stays deleted',
  },
};

/** What there is to say about a move of the user's; `isNews` where that alone is worth a line. */
function userMove({ moved, candidates }: PlannedOutcome): { readonly details: string[]; readonly isNews: boolean } {
  if (candidates.length > 0) {
    const files = candidates.slice(0, 5).join(', ');
    const what = `it is missing here and may have become one of ${files}: which one is not clear, so none of them is changed`;
    return { details: [what], isNews: true };
  }
  if (moved === null) return { details: [], isNews: false };
  const { template, percent, folder } = moved;
  if (percent === null || (percent === 100 && folder !== null))
    return { details: [`the template’s ${template}`], isNews: false };
  const likeness = percent === 100 ? '' : ` (${percent} % the same)`;
  return { details: [`you have moved ${template} here${likeness}: the template’s changes follow`], isNews: true };
}

/** What there is to say about one path; nothing where nothing happens. */
export function describe(outcome: PlannedOutcome): Line[] {
  return [...happening(outcome), ...missing(outcome)];
}

function happening(outcome: PlannedOutcome): Line[] {
  const { path, from, decision, conflict, write, remove, notes, kept } = outcome;
  const known = kept === null ? WORDS[decision] : ({ word: 'keep', detail: keptText(kept) } as const);
  const moved = from !== null && remove.includes(from);
  const { details: own, isNews } = userMove(outcome);
  const details = [
    ...(moved ? [`moved from ${from}`] : []),
    ...own,
    ...(conflict ? [explainConflict(conflict)] : known?.detail ? [known.detail] : []),
    ...notes,
  ];
  const silent = known === undefined && conflict === null && !moved && !isNews && write === null && notes.length === 0;
  if (silent || (decision === 'merge' && write === null && conflict === null && !isNews && notes.length === 0))
    return [];
  const word = conflict ? 'conflict' : moved ? 'move' : (known?.word ?? (write === null ? 'note' : 'update'));
  return [{ word, path, detail: plain(details.join('; ')) }];
}

/** What the person has removed, or an earlier upgrade could not bring: which of the two it is, nobody can tell. */
function missing({ path, missing: keys }: PlannedOutcome): Line[] {
  if (keys.length === 0) return [];
  return [{ word: 'note', path, detail: plain(lacks(path, keys)) }];
}

function lacks(path: string, keys: readonly KeyConflict[]): string {
  const shown = keys.map(({ key }) => key).join(', ');
  return `the template has ${shown}, your file has not; --restore ${path} brings it`;
}

/** What a file has not that the template has, for a person. */
export function missingText(path: string, keys: readonly KeyConflict[]): string {
  return plain(`${path}: ${lacks(path, keys)}`);
}

/** Keys and values come from files: they must not be able to steer a terminal. */
function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, '?');
}

/** The lines of a whole plan. */
export function describeAll(outcomes: readonly PlannedOutcome[]): Line[] {
  return [...movedFolders(outcomes), ...outcomes.flatMap(describe)];
}

/** One line for each folder that this upgrade has found to be moved, instead of one for each of its files. */
function movedFolders(outcomes: readonly PlannedOutcome[]): Line[] {
  const folders = new Map<string, string>();
  for (const { moved } of outcomes) {
    if (moved?.folder && moved.percent !== null) folders.set(`${moved.folder.to}/`, moved.folder.from);
  }
  return [...folders].map(([path, from]) => {
    return { word: 'note', path, detail: `you have moved ${from}/ here: the template’s changes follow` };
  });
}
