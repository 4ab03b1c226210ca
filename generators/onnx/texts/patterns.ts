import { textOf, withText } from '../attribute.ts';
import type { Patch } from '../patch.ts';
import type { Graph, Node } from '../schema.ts';
import type { Source } from '../source.ts';
import { runtimePattern, wordPattern } from './python-pattern.ts';
import { vocabulariesOf } from './vocabulary.ts';

const PATTERN = 'tokenexp';
/** What skl2onnx writes in the place of scikit-learn's own pattern, `(?u)\b\w\w+\b`. */
const ASCII_WORDS = '[a-zA-Z0-9_]+';
/** What it writes for the analyser of characters, and what finds ends of lines as well. */
const CHARACTER = '.';
const ANY_CHARACTER = '(?s).';

/**
 * scikit-learn cuts texts at what is no letter of any language; skl2onnx and the runtime know ASCII's letters alone, so that
 * other words are cut to pieces or lost.
 */
export function planPatterns(
  source: Source,
  graph: Graph,
): { readonly patches: readonly Patch[]; readonly texts: readonly string[] } {
  const changed = graph.nodes.filter(isTokenizer).flatMap((node) => {
    const was = textOf(node, PATTERN) ?? '';
    const now = patternFor(source, graph, node, was);
    return now === undefined || now === was ? [] : [{ node, was, now }];
  });
  return {
    patches: changed.map(({ node, now }) => withText(source, node, PATTERN, now)),
    texts: [...new Set(changed.map(({ was, now }) => changeText(was, now)))],
  };
}

/** What cannot be changed into what training did, in words. */
export function patternNotes(source: Source, graph: Graph): string[] {
  const notes = graph.nodes.filter(isTokenizer).flatMap((node) => {
    const pattern = textOf(node, PATTERN) ?? '';
    if (pattern === CHARACTER || pattern === ANY_CHARACTER) {
      return [
        'a text model of characters: scikit-learn takes several spaces in a row for one, the graph does not; send texts without them',
      ];
    }
    const vocabularies = vocabulariesOf(source, graph, node);
    return [
      ...(runtimePattern(pattern) === undefined
        ? [
            `its words are found with ${pattern}, which the runtime reads for the letters of ASCII alone: give golden samples with others`,
          ]
        : []),
      ...(pattern === ASCII_WORDS && vocabularies.some(({ hasLetters }) => hasLetters)
        ? ['its words are those of ASCII letters, as its own pattern has them: its vocabulary holds single letters']
        : []),
      ...(vocabularies.some(({ longest, hasStopWords }) => longest > 1 && !hasStopWords)
        ? [
            'it counts neighbouring words as one: if training dropped stop words first, neighbours across such a word are not found by the graph; give golden samples with --golden',
          ]
        : []),
    ];
  });
  return [...new Set(notes)];
}

/** Whether the model knows words with capital letters. */
export function hasCapitals(source: Source, graph: Graph): boolean {
  return graph.nodes
    .filter(isTokenizer)
    .some((node) => vocabulariesOf(source, graph, node).some((vocabulary) => vocabulary.hasCapitals));
}

function isTokenizer({ opType, domain }: Node): boolean {
  return opType === 'Tokenizer' && domain === 'com.microsoft';
}

function patternFor(source: Source, graph: Graph, node: Node, was: string): string | undefined {
  if (was === CHARACTER) return ANY_CHARACTER;
  if (was !== ASCII_WORDS) return runtimePattern(was);
  // Somebody's own pattern of these letters finds words of one letter, too.
  const hasLetters = vocabulariesOf(source, graph, node).some((vocabulary) => vocabulary.hasLetters);
  return hasLetters ? was : wordPattern(2);
}

function changeText(was: string, now: string): string {
  if (was === CHARACTER)
    return `Tokenizer: its pattern was ${was} and is now ${now}: ends of lines are characters, too`;
  const why =
    was === ASCII_WORDS
      ? "which skl2onnx writes for scikit-learn's own and which knows ASCII letters alone"
      : 'which the runtime reads for ASCII letters alone, or not at all';
  return `Tokenizer: its pattern was ${was}, ${why}, and is now ${now}: the words that scikit-learn finds`;
}
