import type { Comment, Span } from './comments.ts';
import { editJson, jsonComments, jsonSpan, jsonText, jsonTree, parseJson } from './json/json.ts';
import type { Edit } from './values/context.ts';
import type { Value, ValuePath } from './values/value.ts';
import { spanAt, textAt } from './yaml/blocks.ts';
import { editYaml } from './yaml/edit.ts';
import { isYaml, parseYaml, yamlComments } from './yaml/parse.ts';

export interface Sources {
  readonly base: string;
  readonly yours: string;
  readonly theirs: string;
}

/** Where the values of one text are in it. */
export interface Places {
  /** From where a key or an element starts to where its value ends; null where there is none. */
  readonly span: (path: ValuePath) => Span | null;
  /** The text of a key or an element, moved to the left edge; null where there is none. */
  readonly text: (path: ValuePath) => string | null;
}

/** One format: how a text is read, and how edits are done in it; null where they cannot be done. */
export interface Format {
  readonly parse: (source: string) => Value | undefined;
  readonly edit: (sources: Sources, edits: readonly Edit[]) => string | null;
  readonly comments: (source: string) => readonly Comment[];
  readonly places: (source: string) => Places;
}

const json = (withComments: boolean): Format => ({
  parse: (source) => parseJson(source, withComments),
  edit: (sources, edits) => editJson(sources.yours, edits),
  comments: jsonComments,
  places(source) {
    const root = jsonTree(source);
    return { span: (path) => jsonSpan(root, path), text: (path) => jsonText(source, root, path) };
  },
});

const yaml: Format = {
  parse: (source) => parseYaml(source)?.value,
  edit({ base, yours, theirs }, edits) {
    const [own, its] = [parseYaml(yours), parseYaml(theirs)];
    return own && its && editYaml(base, own, its, edits);
  },
  comments: yamlComments,
  places(source) {
    const document = parseYaml(source);
    return {
      span: (path) => document && spanAt(document, path),
      text: (path) => document && textAt(document, path),
    };
  },
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
