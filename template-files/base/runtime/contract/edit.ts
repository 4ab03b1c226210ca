import { isMap, isScalar, type Pair, type ParsedNode, parseDocument } from 'yaml';

/** A key of an output, with the value that it gets. */
export interface OutputEdit {
  /** Its place among the outputs. */
  readonly output: number;
  readonly key: 'shape' | 'activation' | 'perRow';
  readonly value: string | readonly number[];
}

/**
 * Writes keys of outputs into the text of serving.yaml; everything else stays to the byte, comments too. A key that is not there
 * yet follows the shape.
 */
export function editOutputs(text: string, edits: readonly OutputEdit[]): string {
  const document = parseDocument(text);
  const pieces = edits.flatMap(({ output, key, value }) => {
    const written = typeof value === 'string' ? value : `[${value.join(', ')}]`;
    const tensor: unknown = document.getIn(['outputs', output], true);
    if (!isMap<ParsedNode, ParsedNode>(tensor)) return [];
    const pair = pairOf(tensor.items, key);
    if (pair?.value) return [{ start: pair.value.range[0], end: pair.value.range[1], text: written }];
    const shape = pairOf(tensor.items, 'shape');
    if (!shape?.value) return [];
    const end = lastValueEnd(shape.value);
    if (tensor.flow) return [{ start: end, end, text: `, ${key}: ${written}` }];
    const column = shape.key.range[0] - (text.lastIndexOf('\n', shape.key.range[0]) + 1);
    // Behind a comment on the line of the shape, which stays with it.
    const [rest = ''] = /^[^\r\n]*/.exec(text.slice(end)) ?? [];
    return [{ start: end + rest.length, end: end + rest.length, text: `\n${' '.repeat(column)}${key}: ${written}` }];
  });
  return [...pieces]
    .sort((a, b) => b.start - a.start)
    .reduce((result, piece) => result.slice(0, piece.start) + piece.text + result.slice(piece.end), text);
}

function pairOf(items: readonly Pair<ParsedNode, ParsedNode | null>[], key: string) {
  return items.find((pair) => isScalar(pair.key) && pair.key.value === key);
}

/** A block list ends with its last item; its own end lies behind the lines that follow it. */
function lastValueEnd(node: ParsedNode): number {
  const items = 'items' in node && !(node as { flow?: boolean }).flow ? (node.items as unknown[]) : [];
  const last = items.at(-1) as ParsedNode | undefined;
  return last?.range ? lastValueEnd(last) : node.range[1];
}
