import { type Parsed, type Problem, show } from './problem.ts';
import type { Known, Question, QuestionContext, TextQuestion } from './question.ts';
import { questions } from './questions.ts';

/** A text that follows earlier answers: `${owner}.example.com`. A policy for many repositories is made of such. */
export interface Pattern {
  readonly pattern: string;
}

const REFERENCE = /\$\{([^{}]*)\}/g;

export function isPattern(value: unknown): value is Pattern {
  return typeof value === 'object' && value !== null && 'pattern' in value;
}

/** Whether a text refers to an answer. */
export function refers(text: string): boolean {
  return text.includes('${');
}

/**
 * Reads such a text. It may refer to texts and choices that are asked before its own question, and with their defaults it has to
 * be an answer to that.
 */
export function parsePattern(question: TextQuestion, text: string): Parsed<Pattern> {
  const value = { pattern: text.trim() };
  const wrong = (message: string): Parsed<Pattern> => ({ problems: [{ path: [question.name], message }] });
  const all = questions as readonly Question[];
  const earlier = all.slice(0, all.indexOf(question)).filter(({ type }) => type === 'text' || type === 'choice');
  const names = earlier.map(({ name }) => name);
  const stranger = [...value.pattern.matchAll(REFERENCE)].find(([, name]) => !names.includes(name as string));
  if (stranger) {
    const allowed = names.length === 0 ? 'it is the first question' : `it may refer to ${names.join(', ')}`;
    return wrong(`${show(text)} refers to ${show(stranger[1])}; ${allowed}`);
  }
  if (refers(value.pattern.replace(REFERENCE, ''))) return wrong(`${show(text)} has a ${'${'} without its }`);
  const sample = fill(value, sampleAnswers(earlier)) as string;
  const invalid = question.validate(sample);
  return invalid ? wrong(`${show(text)} would be ${show(sample)}, which ${invalid}`) : { value };
}

/** Whether a text refers to an answer by itself. */
export function follows({ pattern }: Pattern, name: string): boolean {
  return pattern.includes(`\${${name}}`);
}

/** The text for some answers; undefined where one that it refers to is not known. */
export function fill({ pattern }: Pattern, answers: Readonly<Record<string, unknown>>): string | undefined {
  let complete = true;
  const text = pattern.replace(REFERENCE, (_, name: string) => {
    complete &&= Object.hasOwn(answers, name);
    return String(answers[name]);
  });
  return complete ? text : undefined;
}

/**
 * A text that is filled is checked like any other answer.
 * @param by the preset that it is of
 */
export function fillChecked(
  question: Question,
  pattern: Pattern,
  by: string,
  answers: Readonly<Record<string, unknown>>,
): Parsed<string> {
  const text = fill(pattern, answers);
  // What it refers to is wrong itself, and that is said there.
  if (text === undefined) return { problems: [] };
  const wrong = (question as TextQuestion).validate(text);
  const problem: Problem = {
    path: [question.name],
    message: `${show(text)} (${by} locks it to ${show(pattern.pattern)}) ${wrong}`,
  };
  return wrong ? { problems: [problem] } : { value: text };
}

const SAMPLE: QuestionContext = { directoryName: 'my-model', sample: () => ({ inputs: [], outputs: [] }) };

function sampleAnswers(earlier: readonly Question[]): Readonly<Record<string, unknown>> {
  const answers: Record<string, unknown> = {};
  for (const { name, default: propose } of earlier) answers[name] = propose(answers as Known, SAMPLE);
  return answers;
}
