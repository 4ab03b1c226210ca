import { editJson, jsonComments, parseJson } from './json.ts';
import { rulesFor } from './rules.ts';
import { type Labels, mergeText } from './text-merge.ts';
import { equal, showPath, showValue, type Value } from './value.ts';
import { type Edit, type MergeContext, mergeValue } from './value-merge.ts';
import { isYaml, parseYaml, yamlComments } from './yaml.ts';
import { editYaml } from './yaml-edit.ts';

/** A key that both changed; the person's value stands in the text. */
export interface KeyConflict {
  readonly key: string;
  /** The template's value, on one line. */
  readonly theirs: string;
}

/** What a merge by key came to. */
export interface StructuredMerge {
  readonly text: string;
  readonly conflicts: readonly KeyConflict[];
  readonly notes: readonly string[];
}

export interface Sources {
  readonly base: string;
  readonly yours: string;
  readonly theirs: string;
}

/** One format: how a text is read, and how edits are done in it; null where they cannot be done. */
export interface Format {
  readonly parse: (source: string) => Value | undefined;
  readonly edit: (sources: Sources, edits: readonly Edit[]) => string | null;
  readonly comments: (source: string) => readonly string[];
}

const json = (withComments: boolean): Format => ({
  parse: (source) => parseJson(source, withComments),
  edit: (sources, edits) => editJson(sources.yours, edits),
  comments: jsonComments,
});

const yaml: Format = {
  parse: (source) => parseYaml(source)?.value,
  edit({ base, yours, theirs }, edits) {
    const [own, its] = [parseYaml(yours), parseYaml(theirs)];
    return own && its && editYaml(base, own, its, edits);
  },
  comments: yamlComments,
};

/** Tools that read these files accept comments and trailing commas in them. */
const WITH_COMMENTS = /(^|\/)(tsconfig(\.[^/]+)?\.json|\.vscode\/[^/]+\.json|[^/]+\.jsonc|devcontainer\.json)$/;

/** The format in which a file can be merged by key, or null. */
export function formatOf(path: string): Format | null {
  if (WITH_COMMENTS.test(path)) return json(true);
  if (path.endsWith('.json')) return json(false);
  return /\.ya?ml$/.test(path) ? yaml : null;
}

/** Whether the tools that read a file will accept it. What has no format of its own always passes. */
export function isReadable(path: string, source: string): boolean {
  const format = formatOf(path);
  if (format === null) return true;
  return format === yaml ? isYaml(source) : format.parse(source) !== undefined;
}

/** A value that the template replaces or removes may hold a comment of the person's, which no merge by key knows of. */
function losesComment(format: Format, { base, yours }: Sources, text: string): boolean {
  const [known, left] = [base, text].map((source) => new Set(format.comments(source)));
  return format.comments(yours).some((comment) => !known?.has(comment) && !left?.has(comment));
}

/**
 * Merges by key. The structure decides what the result means; where a merge of the lines comes to the same meaning it
 * carries it, because it keeps the comments of both sides too; else the edits are done in the person's own text.
 * Null where a side cannot be read or the edits cannot be done exactly.
 */
export function mergeStructured(
  path: string,
  format: Format,
  sources: Sources,
  labels: Labels,
): StructuredMerge | null {
  const [base, yours, theirs] = [sources.base, sources.yours, sources.theirs].map(format.parse);
  if (base === undefined || yours === undefined || theirs === undefined) return null;
  const context: MergeContext = { ...rulesFor(path), edits: [], conflicts: [], notes: [] };
  const merged = mergeValue(context, { path: [], source: [] }, base, yours, theirs);
  const means = (text: string) => equal(format.parse(text), merged);

  const lines = mergeText(sources.base, sources.yours, sources.theirs, labels);
  const isCarried = lines.conflicts === 0 && means(lines.text);
  const text = isCarried ? lines.text : format.edit(sources, context.edits);
  if (text === null || !means(text) || losesComment(format, sources, text)) return null;
  return {
    text,
    conflicts: context.conflicts.map(({ path: at, theirs: value }) => ({
      key: showPath(at) || '(the whole file)',
      theirs: showValue(value),
    })),
    notes: context.notes.map((note) => `${showPath(note.path)}: ${note.text}`),
  };
}
