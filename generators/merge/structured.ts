import { commentsOf } from './comments.ts';
import type { Format, Places, Sources } from './formats.ts';
import { doLargest } from './largest.ts';
import { rulesFor } from './rules.ts';
import { type Labels, mergeKeeping, mergeText } from './text-merge.ts';
import { applyEdits } from './values/apply-edits.ts';
import { common, withoutRemoved } from './values/common.ts';
import type { Edit, MergeContext, ValueConflict, ValueNote, Why } from './values/context.ts';
import { mergeValue } from './values/merge-values.ts';
import { equal, isList, isMap, showPath, showValue, type Value, type ValuePath, valueAt } from './values/value.ts';

/** A change of the template's that was not merged; the person's value is kept. */
export interface KeyConflict {
  readonly key: string;
  /** The template's value, on one line. */
  readonly theirs: string;
  /** The template's own lines; null where it has removed the key. */
  readonly text?: string | null;
  readonly why?: Why;
}

/** What a merge by key came to. */
export interface StructuredMerge {
  readonly text: string;
  readonly conflicts: readonly KeyConflict[];
  readonly notes: readonly string[];
}

interface ByKey extends Pick<MergeContext, 'edits' | 'conflicts' | 'notes'> {
  readonly merged: Value;
}

type Values = Readonly<Record<keyof Sources, Value>>;
type IsProtected = MergeContext['isProtected'];

/** Null where a side cannot be read. */
function valuesOf(format: Format, sources: Sources): Values | null {
  const [base, yours, theirs] = [sources.base, sources.yours, sources.theirs].map(format.parse);
  return base === undefined || yours === undefined || theirs === undefined ? null : { base, yours, theirs };
}

function mergeByKey(path: string, { base, yours, theirs }: Values, isProtected: IsProtected): ByKey {
  const found = { edits: [], conflicts: [], notes: [] };
  const context: MergeContext = { ...rulesFor(path), isProtected, ...found };
  return { ...found, merged: mergeValue(context, { path: [], source: [] }, base, yours, theirs) };
}

/** A comment that only the person has keeps the value that it belongs to from being replaced. */
function protection(format: Format, { base, yours, theirs }: Sources): IsProtected {
  const known = new Set([base, theirs].flatMap((source) => format.comments(source).map(({ text }) => text)));
  const comments = format.comments(yours);
  const own = new Set(comments.filter(({ text }) => !known.has(text)));
  if (own.size === 0) return () => false;
  const places = format.places(yours);
  return (path, part) => {
    const found = places.span(path);
    const span = found && part === 'name' ? { start: found.start, end: found.start + 1, isLast: false } : found;
    return span !== null && commentsOf(yours, comments, span).some((comment) => own.has(comment));
  };
}

function losesComment(format: Format, { base, yours }: Sources, text: string): boolean {
  const [known, left] = [base, text].map((source) => new Set(format.comments(source).map((comment) => comment.text)));
  return format.comments(yours).some((comment) => !known?.has(comment.text) && !left?.has(comment.text));
}

interface Carried extends ByKey {
  readonly text: string;
  readonly failed: readonly Edit[];
}

/** Brings the merge into a text: the edits are done as far as the result means what they mean and no comment is lost. */
function carry(path: string, format: Format, sources: Sources, start: string, values: Values): Carried {
  const from: Sources = { ...sources, yours: start };
  const byKey = mergeByKey(path, values, protection(format, from));
  const done = doLargest(start, byKey.edits, (edits) => {
    const text = format.edit(from, edits);
    if (text === null || losesComment(format, sources, text)) return null;
    return equal(format.parse(text), applyEdits(values.yours, edits)) ? text : null;
  });
  return { ...byKey, ...done };
}

const places = (conflicts: readonly ValueConflict[]) => conflicts.map(({ path }) => JSON.stringify(path)).join('\n');

/**
 * Where lines can be merged, they are: they bring the template's comments too. The rest is done by key. A merge of the lines counts
 * only where it leads to the same meaning and the same conflicts.
 */
function carryBest(path: string, format: Format, sources: Sources, values: Values): Carried {
  const own = carry(path, format, sources, sources.yours, values);
  if (own.failed.length === 0 && lostComments(format, sources, own.text).length === 0) return own;
  const { text: start } = mergeKeeping(sources.base, sources.yours, sources.theirs);
  const started = start === sources.yours ? undefined : format.parse(start);
  if (started === undefined || losesComment(format, sources, start)) return own;
  const lines = carry(path, format, sources, start, { ...values, yours: started });
  const isSame = equal(lines.merged, own.merged) && places(lines.conflicts) === places(own.conflicts);
  return isSame && lines.failed.length <= own.failed.length ? { ...lines, notes: own.notes } : own;
}

function toConflict(of: Places, { path, source, theirs, why }: ValueConflict): KeyConflict {
  return {
    key: showPath(path) || '(the whole file)',
    theirs: theirs === undefined ? 'removed it' : showValue(theirs),
    text: theirs === undefined ? null : of.text(source),
    why,
  };
}

function isNewMember(op: Edit['op']): boolean {
  return op === 'add' || op === 'insert';
}

function conflictOf(edit: Edit): ValueConflict {
  const isRemoval = edit.op === 'remove';
  const theirs = isRemoval ? undefined : edit.op === 'rename' ? String(edit.source.at(-1)) : edit.value;
  const path: ValuePath = isNewMember(edit.op) ? edit.source : edit.path;
  return { path, source: edit.source, theirs, why: 'not-editable' };
}

function notesOf(notes: readonly ValueNote[]): string[] {
  return notes.map((note) => `${showPath(note.path)}: ${note.text}`);
}

/** Comments of the template that came into no line of the result. Nothing depends on them, but a person may want to know. */
function lostComments(format: Format, { base, theirs }: Sources, text: string): string[] {
  const known = new Set([base, text].flatMap((source) => format.comments(source).map((comment) => comment.text)));
  return format.comments(theirs).flatMap((comment) => (known.has(comment.text) ? [] : [comment.text]));
}

function commentNotes(lost: readonly string[], conflicts: readonly KeyConflict[]): string[] {
  const shown = conflicts.map((conflict) => conflict.text ?? '').join('\n');
  const unnamed = lost.filter((comment) => !shown.includes(comment));
  return unnamed.length === 0 ? [] : [`comments of the template that are not in it: ${unnamed.join(' / ')}`];
}

/**
 * Merges by key. The structure decides what the result means; where a merge of the lines comes to the same meaning it
 * carries it, because it keeps the comments of both sides too; else as much as possible is done in the person's own text, and
 * what cannot be done is a conflict of its own. Null where a side cannot be read.
 */
export function mergeStructured(
  path: string,
  format: Format,
  sources: Sources,
  labels: Labels,
): StructuredMerge | null {
  const values = valuesOf(format, sources);
  if (values === null) return null;
  const plain = mergeByKey(path, values, () => false);
  const lines = mergeText(sources.base, sources.yours, sources.theirs, labels);
  if (lines.conflicts === 0 && plain.conflicts.length === 0 && equal(format.parse(lines.text), plain.merged)) {
    return { text: lines.text, conflicts: [], notes: notesOf(plain.notes) };
  }
  const { text, conflicts, failed, notes } = carryBest(path, format, sources, values);
  const of = format.places(sources.theirs);
  const all = [...conflicts, ...failed.map(conflictOf)].map((conflict) => toConflict(of, conflict));
  return {
    text,
    conflicts: all,
    notes: [...notesOf(notes), ...commentNotes(lostComments(format, sources, text), all)],
  };
}

/** What the template has, and the person has removed or never got, by key. */
export function missingFrom(path: string, format: Format, sources: Sources): KeyConflict[] {
  const values = valuesOf(format, sources);
  if (values === null) return [];
  // Lists are looked into rather than replaced.
  const isListed: IsProtected = (at) => isList(valueAt(values.yours, at));
  const { edits } = mergeByKey(path, { ...values, base: withoutRemoved(values.base, values.yours) }, isListed);
  const { edits: known } = mergeByKey(path, values, () => false);
  const brought = new Set(known.map(({ source }) => JSON.stringify(source)));
  const isMissing = (edit: Edit) => isNewMember(edit.op) || (edit.op === 'set' && isMap(edit.value));
  const missing = edits.filter((edit) => isMissing(edit) && !brought.has(JSON.stringify(edit.source)));
  const of = format.places(sources.theirs);
  return missing.map((edit) => toConflict(of, conflictOf(edit)));
}

/** Merges as `mergeStructured` does, and brings back what the person has removed. */
export function mergeRestoring(path: string, format: Format, sources: Sources): StructuredMerge | null {
  const values = valuesOf(format, sources);
  if (values === null) return null;
  const pruned = { ...values, base: withoutRemoved(values.base, values.yours) };
  const { text, conflicts, failed, notes } = carry(path, format, sources, sources.yours, pruned);
  const of = format.places(sources.theirs);
  const all = [...conflicts, ...failed.map(conflictOf)].map((conflict) => toConflict(of, conflict));
  return { text, conflicts: all, notes: notesOf(notes) };
}

/** How two files differ that have no base: what only the template has, and what it has otherwise. */
export function differencesOf(path: string, format: Format, yours: string, theirs: string): KeyConflict[] {
  const [own, its] = [yours, theirs].map(format.parse);
  if (own === undefined || its === undefined) return [];
  const values: Values = { base: common(own, its) ?? new Map(), yours: own, theirs: its };
  const { conflicts, edits } = mergeByKey(path, values, () => false);
  const of = format.places(theirs);
  return [...conflicts, ...edits.map(conflictOf)].map((conflict) =>
    toConflict(of, { ...conflict, why: 'both-changed' }),
  );
}
