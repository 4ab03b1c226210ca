import { encode } from './encode.ts';
import { field, type Patch } from './patch.ts';
import { ATTRIBUTE, GRAPH, NODE, type Node, type Span } from './schema.ts';
import type { Source } from './source.ts';

/** AttributeProto.AttributeType */
const STRING = 3;

/** The text of an attribute; only those that the schema reads have one. */
export function textOf({ attributes }: Node, wanted: string): string | undefined {
  const bytes = attributes.find(({ name }) => name === wanted)?.string;
  return bytes && new TextDecoder().decode(bytes);
}

/** The node's own bytes, save the attribute. */
export function withText(source: Source, { at, attributes }: Node, name: string, text: string): Patch {
  const { start, end } = at as Span;
  const old = attributes.find((attribute) => attribute.name === name)?.at;
  const attribute = encode(ATTRIBUTE, { name, string: new TextEncoder().encode(text), type: STRING });
  const rest = old
    ? [source.read(start, old.tag - start), source.read(old.end, end - old.end)]
    : [source.read(start, end - start)];
  const node = Buffer.concat([...rest, field(NODE.fields.attributes.no, attribute)]);
  return { span: at as Span, bytes: field(GRAPH.fields.nodes.no, node) };
}
