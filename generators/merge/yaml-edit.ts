import { isScalar, type ParsedNode, type YAMLMap, type YAMLSeq } from 'yaml';
import { splitText, usualEnd } from './text.ts';
import type { Edit } from './value-merge.ts';
import type { YamlDocument } from './yaml.ts';
import { type Block, blockAt, NotEditable, nodeAt, type OwnsComment, type Parent } from './yaml-blocks.ts';
import { flowParent, spliceFlow } from './yaml-flow.ts';

/** A stretch of the person's text and what comes in its place. */
interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** Among splices at one place. */
  readonly order: number;
}

/** The lines of a block of the template, moved to another column and to the person's line ends. */
function carried(theirs: YamlDocument, block: Block, column: number, end: string): string {
  const shift = column - block.column;
  const lines = theirs.source
    .slice(block.start, block.end)
    .replace(/\r?\n$/, '')
    .split(/\r?\n/);
  const moved = lines.map((line) => {
    if (line.trim() === '') return '';
    if (shift >= 0) return ' '.repeat(shift) + line;
    if (line.slice(0, -shift).trim() !== '') throw new NotEditable();
    return line.slice(-shift);
  });
  return moved.map((line) => line + end).join('');
}

function isInline(node: ParsedNode | null): node is ParsedNode {
  if (node === null || node.range[0] === node.range[1]) return false;
  return isScalar(node) ? !/^BLOCK/.test(node.type ?? '') : (node as Parent).flow === true;
}

/** The nearest key before a new one that the person's document has, and whether there is none. */
function anchorOf(yours: YamlDocument, edit: Edit & { op: 'add' }, added: ReadonlyMap<string, string | null>) {
  const parent = nodeAt(yours, edit.path.slice(0, -1)) as YAMLMap.Parsed;
  const has = (key: string) => parent.items.some((pair) => isScalar(pair.key) && pair.key.value === key);
  let after = edit.after;
  while (after !== null && !has(after)) after = added.get(JSON.stringify([...edit.path.slice(0, -1), after])) ?? null;
  return { after, first: String((parent.items[0]?.key as { value?: unknown } | undefined)?.value) };
}

/** Does the edits in the person's own text, each as whole lines of the template's; null where that cannot be done. */
export function editYaml(
  baseSource: string,
  yours: YamlDocument,
  theirs: YamlDocument,
  edits: readonly Edit[],
): string | null {
  const templateLines = new Set(baseSource.split(/\r?\n/).map((line) => line.trim()));
  // A comment that the person wrote stays, whatever happens to the key below it.
  const isTemplates: OwnsComment = (line) => templateLines.has(line);
  const end = usualEnd(splitText(yours.source));
  const added = new Map<string, string | null>();

  function insertAt(edit: Edit, offset: number, column: number, order: number): Splice {
    const text = carried(theirs, blockAt(theirs, edit.source), column, end);
    const open = offset > 0 && yours.source[offset - 1] !== '\n';
    return { start: offset, end: offset, text: (open ? end : '') + text, order };
  }

  function spliceOf(edit: Edit, order: number): Splice {
    const parent = edit.path.slice(0, -1);
    const flow = edit.op === 'set' ? null : flowParent(yours, edit.path);
    if (flow !== null && edit.op !== 'set') {
      if (edit.op === 'add') added.set(JSON.stringify(edit.path), edit.after);
      const after = edit.op === 'add' ? anchorOf(yours, edit, added).after : null;
      return { ...spliceFlow(flow, theirs, edit, after), order };
    }
    if (edit.op === 'remove') {
      const { start, end: stop } = blockAt(yours, edit.path, isTemplates);
      return { start, end: stop, text: '', order };
    }
    if (edit.op === 'add') {
      added.set(JSON.stringify(edit.path), edit.after);
      const { after, first } = anchorOf(yours, edit, added);
      const anchor = blockAt(yours, [...parent, after ?? first]);
      return insertAt(edit, after === null ? anchor.start : anchor.end, anchor.column, order);
    }
    if (edit.op === 'insert') {
      const list = nodeAt(yours, parent) as YAMLSeq.Parsed;
      const index = edit.path.at(-1) as number;
      const last = index >= list.items.length;
      const anchor = blockAt(yours, [...parent, last ? list.items.length - 1 : index]);
      return insertAt(edit, last ? anchor.end : anchor.start, anchor.column, edit.source.at(-1) as number);
    }
    const [old, fresh] = [nodeAt(yours, edit.path), nodeAt(theirs, edit.source)];
    if (isInline(old) && isInline(fresh)) {
      return { start: old.range[0], end: old.range[1], text: theirs.source.slice(...fresh.range.slice(0, 2)), order };
    }
    const block = blockAt(yours, edit.path, isTemplates);
    const text = carried(theirs, blockAt(theirs, edit.source), block.column, end);
    return { start: block.start, end: block.end, text, order };
  }

  try {
    return splice(yours.source, edits.map(spliceOf));
  } catch (error) {
    if (error instanceof NotEditable) return null;
    throw error;
  }
}

function splice(source: string, splices: readonly Splice[]): string {
  const sorted = splices.toSorted((a, b) => a.start - b.start || a.end - b.end || a.order - b.order);
  let text = '';
  let from = 0;
  for (const { start, end, text: replacement } of sorted) {
    if (start < from) throw new NotEditable();
    text += source.slice(from, start) + replacement;
    from = end;
  }
  return text + source.slice(from);
}
