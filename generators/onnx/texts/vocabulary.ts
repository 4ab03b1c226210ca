import { BinaryReader } from '@bufbuild/protobuf/wire';
import { HANDS_ON } from '../labels.ts';
import { ATTRIBUTE, type Graph, type Node } from '../schema.ts';
import type { Source } from '../source.ts';

/** Words that are in nearly every English text: a vocabulary without them had its stop words dropped, or is not English. */
const STOP_WORDS = new Set(['the', 'and', 'is', 'to', 'of', 'in', 'for', 'it', 'on', 'with']);

/** What the vocabulary of a TfIdfVectorizer shows of training. */
export interface Vocabulary {
  /** A word of one character: scikit-learn's own pattern finds none. */
  readonly hasLetters: boolean;
  readonly hasStopWords: boolean;
  /** A word with a capital letter: training did not change the case of texts. */
  readonly hasCapitals: boolean;
  /** The most words that are counted as one. */
  readonly longest: number;
}

/** The vocabularies that the words of a Tokenizer are looked up in. */
export function vocabulariesOf(source: Source, graph: Graph, tokenizer: Node): Vocabulary[] {
  return consumersOf(graph, tokenizer.outputs)
    .filter(({ opType }) => opType === 'TfIdfVectorizer')
    .map((node) => readVocabulary(source, node));
}

/** The nodes that get some values, as they are or in another shape. */
export function consumersOf(graph: Graph, names: readonly string[]): Node[] {
  const reached = new Set(names);
  const found: Node[] = [];
  // The nodes of a graph are in the order in which they run.
  for (const node of graph.nodes) {
    if (!reached.has(node.inputs[0] ?? '')) continue;
    if (!HANDS_ON.has(node.opType ?? '')) found.push(node);
    else for (const name of node.outputs) reached.add(name);
  }
  return found;
}

function readVocabulary(source: Source, { attributes }: Node): Vocabulary {
  const pool = attributes.find(({ name }) => name === 'pool_strings')?.at;
  const longest = Number(attributes.find(({ name }) => name === 'max_gram_length')?.int ?? 1n);
  let hasLetters = false;
  let hasStopWords = false;
  let hasCapitals = false;
  if (pool) {
    const reader = new BinaryReader(source.read(pool.start, pool.end - pool.start));
    while (reader.pos < reader.len) {
      const [no, type] = reader.tag();
      if (no !== ATTRIBUTE.fields.strings.no) reader.skip(type, no);
      else {
        const word = new TextDecoder().decode(reader.bytes());
        hasLetters ||= [...word.slice(0, 3)].length === 1;
        hasCapitals ||= word !== word.toLowerCase();
        hasStopWords ||= STOP_WORDS.has(word);
      }
    }
  }
  return { hasLetters, hasStopWords, hasCapitals, longest };
}
