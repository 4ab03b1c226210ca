import type { Outcome } from '../merge/outcome.ts';
import type { Decision } from '../merge/table.ts';
import { explainConflict } from './conflicts.ts';

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
  'stay-deleted-changed': {
    word: 'note',
    detail: 'you have deleted it, the template has changed it: it stays deleted',
  },
};

/** What there is to say about one path; nothing where nothing happens. */
export function describe({ path, from, decision, conflict, write, remove, notes }: Outcome): Line[] {
  const known = WORDS[decision];
  const moved = from !== null && remove.includes(from);
  const details = [
    ...(moved ? [`moved from ${from}`] : []),
    ...(conflict ? [explainConflict(conflict)] : known?.detail ? [known.detail] : []),
    ...notes,
  ];
  const silent = known === undefined && conflict === null && !moved && write === null && notes.length === 0;
  if (silent || (decision === 'merge' && write === null && conflict === null && notes.length === 0)) return [];
  const word = conflict ? 'conflict' : moved ? 'move' : (known?.word ?? (write === null ? 'note' : 'update'));
  // Keys and values come from files: they must not be able to steer a terminal.
  return [{ word, path, detail: details.join('; ').replace(/[\p{Cc}\p{Cf}]/gu, '?') }];
}

/** The lines of a whole plan. */
export function describeAll(outcomes: readonly Outcome[]): Line[] {
  return outcomes.flatMap(describe);
}
