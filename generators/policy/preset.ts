import { ServingError } from '../errors.ts';
import { type Data, isData } from '../questions/data.ts';
import { findQuestion } from '../questions/find.ts';
import { type Problem, show } from '../questions/problem.ts';
import { LAYERS, type Layer } from '../questions/question.ts';
import { parseWritten } from '../questions/written-file.ts';
import { type GovernedAnswers, parseGoverned } from './governed-answers.ts';

/** What one company, team or project says of answers. */
export interface Preset {
  /** The file, as it was named. */
  readonly file: string;
  /** Who governs; stands in messages and in the record. */
  readonly name: string;
  /** The preset that this one builds on, relative to its own file. */
  readonly extends: string | undefined;
  /** Proposed where nobody gives an answer. */
  readonly defaults: GovernedAnswers;
  /** Cannot be answered otherwise. */
  readonly locks: GovernedAnswers;
}

/** What a layer of a preset may hold. */
export const PARTS = ['defaults', 'locks'] as const;
type Part = (typeof PARTS)[number];

/** Names stand in lists and on single lines. */
export const PRESET_NAME = /^[A-Za-z0-9][A-Za-z0-9 ._-]{0,62}$/;

/**
 * Reads a preset file; YAML or JSON:
 *
 *     name: company
 *     infrastructure:
 *       defaults: { ci: gitlab }
 *       locks: { registry: registry.example.com/ml }
 *
 * @param file its name, for the messages; its last part without ending is its name where it says none
 * @throws PRESET_INVALID with every problem and its line
 */
export function parsePreset(text: string, file: string): Preset {
  const { data, refuse } = parseWritten(
    text,
    file,
    `The preset ${file}`,
    (message) => new ServingError('PRESET_INVALID', message),
  );
  const { name = nameOf(file), extends: parent, ...layers } = data;
  const isNamed = 'name' in data;
  const parts = Object.entries(layers).flatMap(([layer, held]) => readLayer(layer, held));
  const problems = [
    ...nameProblems(name, isNamed),
    ...(parent === undefined || (typeof parent === 'string' && parent !== '')
      ? []
      : [{ path: ['extends'], message: `expected the path of a preset, found ${show(parent)}` }]),
    ...parts.flatMap((part) => ('problems' in part ? part.problems : [])),
  ];
  if (problems.length > 0) throw refuse(problems);
  const answersOf = (wanted: Part): GovernedAnswers =>
    Object.assign({}, ...parts.map((part) => ('part' in part && part.part === wanted ? part.answers : {})));
  const [defaults, locks] = [answersOf('defaults'), answersOf('locks')];
  const both = Object.keys(defaults).filter((key) => key in locks);
  if (both.length > 0) {
    const layerOf = (key: string) => findQuestion(key)?.layer as string;
    throw refuse(
      both.map((key) => ({
        path: [layerOf(key), 'defaults', key],
        message: 'is locked in the same file; leave one out',
      })),
    );
  }
  return { file, name: name as string, extends: parent as string | undefined, defaults, locks };
}

type ReadPart = { readonly part: Part; readonly answers: GovernedAnswers } | { readonly problems: readonly Problem[] };

function readLayer(layer: string, held: unknown): ReadPart[] {
  if (!(LAYERS as readonly string[]).includes(layer)) {
    return [problem([layer], `unknown key; expected name, extends, ${LAYERS.join(', ')}`)];
  }
  // A layer of which nothing is said yet, as `middleware:`.
  if (held === null) return [];
  if (!isData(held)) return [problem([layer], `expected ${PARTS.join(' and ')}, found ${show(held)}`)];
  return Object.entries(held).flatMap(([part, answers]): ReadPart[] => {
    const path = [layer, part];
    if (!isPart(part)) return [problem(path, `unknown key; expected ${PARTS.join(' or ')}`)];
    if (answers === null) return [];
    if (!isData(answers)) return [problem(path, `expected keys and answers, found ${show(answers)}`)];
    return [readPart(layer as Layer, part, answers)];
  });
}

function readPart(layer: Layer, part: Part, data: Data): ReadPart {
  const parsed = parseGoverned(data);
  const wrong = 'problems' in parsed ? parsed.problems : [];
  const strangers = Object.keys(data).flatMap((key) => {
    const own = findQuestion(key)?.layer;
    return own === undefined || own === layer ? [] : [{ path: [key], message: `belongs to the layer ${own}` }];
  });
  const problems = [...wrong, ...strangers].map(({ path, message }) => ({ path: [layer, part, ...path], message }));
  return problems.length > 0 || 'problems' in parsed ? { problems } : { part, answers: parsed.value };
}

function nameProblems(name: unknown, isNamed: boolean): Problem[] {
  if (typeof name === 'string' && PRESET_NAME.test(name)) return [];
  const expected = 'at most 63 letters, digits, spaces, dots, underscores and hyphens, a letter or digit first';
  const found = isNamed ? `found ${show(name)}` : `${show(name)}, taken from the file, is none; say it with name:`;
  return [{ path: ['name'], message: `expected ${expected}; ${found}` }];
}

function nameOf(file: string): string {
  const last = file.split(/[\\/]/).at(-1) as string;
  return last.replace(/\.[^.]*$/, '');
}

function problem(path: readonly string[], message: string): ReadPart {
  return { problems: [{ path, message }] };
}

function isPart(text: string): text is Part {
  return (PARTS as readonly string[]).includes(text);
}
