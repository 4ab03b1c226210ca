import { isScalar, type ParsedNode, type YAMLMap, type YAMLSeq } from 'yaml';
import { splitText, usualEnd } from '../text.ts';
import type { Edit } from '../values/context.ts';
import { type Block, blockAt, keyAt, NotEditable, nodeAt, type OwnsComment, type Parent } from './blocks.ts';
import { flowParent, spliceFlow } from './flow.ts';
import type { YamlDocument } from './parse.ts';

/** A stretch of the person's text and what comes in its place. */
interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** Among splices at one place: what is further inside comes first, then in this order. */
  readonly depth: number;
  readonly order: number;
}

/** The lines of a block of the template, moved to another column and to the person's line ends. */
function carried(theirs: YamlDocument, block: Block, column: number, end: string): string {
  const shift = column - block.column;
  const pad = block.isBehindDash ? ' '.repeat(block.column) : '';
  const lines = `${pad}${theirs.source.slice(block.start, block.end)}`.replace(/\r?\n$/, '').split(/\r?\n/);
  const moved = lines.map((line) => {
    if (line.trim() === '') return '';
    if (shift >= 0) return ' '.repeat(shift) + line;
    if (line.slice(0, -shift).trim() !== '') throw new NotEditable();
    return line.slice(-shift);
  });
  return moved.map((line) => line + end).join('');
}

/** Whether an empty line comes last. */
function endsBlank(text: string): boolean {
  return /\n[ \t]*\r?\n$/.test(text);
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
    const block = blockAt(theirs, edit.source);
    const text = carried(theirs, block, column, end);
    const open = offset > 0 && yours.source[offset - 1] !== '\n';
    const isApart =
      offset > 0 && endsBlank(theirs.source.slice(0, block.start)) && !endsBlank(yours.source.slice(0, offset));
    return {
      start: offset,
      end: offset,
      text: (open ? end : '') + (isApart ? end : '') + text,
      depth: edit.path.length,
      order,
    };
  }

  /** A key that is behind a dash leaves its place to the next one. */
  function removeBehindDash(edit: Edit, block: Block): [number, number] {
    const parent = nodeAt(yours, edit.path.slice(0, -1)) as YAMLMap.Parsed;
    const next = parent.items[1]?.key.range?.[0];
    if (next === undefined) throw new NotEditable();
    return [block.start, next];
  }

  function spliceOf(edit: Edit, order: number): Splice {
    const parent = edit.path.slice(0, -1);
    const depth = edit.path.length;
    if (edit.op === 'rename') {
      const [old, fresh] = [keyAt(yours, edit.path), keyAt(theirs, edit.source)];
      return { start: old[0], end: old[1], text: theirs.source.slice(...fresh), depth, order };
    }
    const flow = edit.op === 'set' ? null : flowParent(yours, edit.path);
    if (flow !== null && edit.op !== 'set') {
      if (edit.op === 'add') added.set(JSON.stringify(edit.path), edit.after);
      const after = edit.op === 'add' ? anchorOf(yours, edit, added).after : null;
      return { ...spliceFlow(flow, theirs, edit, after), depth, order };
    }
    if (edit.op === 'remove') {
      const block = blockAt(yours, edit.path, isTemplates);
      const [start, stop] = block.isBehindDash ? removeBehindDash(edit, block) : [block.start, block.end];
      return { start, end: stop, text: '', depth, order };
    }
    if (edit.op === 'add') {
      added.set(JSON.stringify(edit.path), edit.after);
      const { after, first } = anchorOf(yours, edit, added);
      const anchor = blockAt(yours, [...parent, after ?? first]);
      const isBefore = after === null && !anchor.isBehindDash;
      return insertAt(edit, isBefore ? anchor.start : anchor.end, anchor.column, order);
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
      const [start, stop] = old.range;
      return { start, end: stop, text: theirs.source.slice(...fresh.range.slice(0, 2)), depth, order };
    }
    const block = blockAt(yours, edit.path, isTemplates);
    const source = blockAt(theirs, edit.source, block.isBehindDash ? () => false : undefined);
    const text = carried(theirs, source, block.column, end);
    return { start: block.start, end: block.end, text: block.isBehindDash ? text.trimStart() : text, depth, order };
  }

  try {
    return splice(yours.source, edits.map(spliceOf));
  } catch (error) {
    if (error instanceof NotEditable) return null;
    throw error;
  }
}

function splice(source: string, splices: readonly Splice[]): string {
  const sorted = splices.toSorted(
    (a, b) => a.start - b.start || a.end - b.end || b.depth - a.depth || a.order - b.order,
  );
  let text = '';
  let from = 0;
  for (const { start, end, text: replacement } of sorted) {
    if (start < from) throw new NotEditable();
    text += source.slice(from, start) + replacement;
    from = end;
  }
  return text + source.slice(from);
}
