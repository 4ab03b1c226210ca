import { parse as parseYaml } from 'yaml';
import type { TensorSpec } from '../tensor.ts';
import { answerText } from './answer-text.ts';
import { parseCompact } from './compact.ts';
import type { Data } from './data.ts';
import { featureConflicts, parseFeatures, withNeeds } from './features.ts';
import { findQuestion, unknownKeyMessage } from './find.ts';
import { parseNumber } from './number-answer.ts';
import { fill, fillChecked, isPattern } from './pattern.ts';
import { type Parsed, type Problem, show } from './problem.ts';
import type { ChoiceQuestion, Known, Question, QuestionContext, TensorsQuestion, TextQuestion } from './question.ts';
import { type Answers, questions } from './questions.ts';
import { crossProblems } from './rules.ts';
import { parseTensors } from './tensors.ts';

/** Some answers, each already valid by itself. */
export type GivenAnswers = Partial<Answers>;

/** Checks a value that came as data (an answers file, a record). */
export function parseValue(question: Question, value: unknown): Parsed<Answers[keyof Answers]> {
  switch (question.type) {
    case 'text':
      return parseTextValue(question, value);
    case 'choice':
      return parseChoice(question, value);
    case 'number':
      return parseNumber(question, value);
    case 'set':
      return parseFeatures(question, value);
    case 'tensors':
      return typeof value === 'string' ? parseTensorsText(question, value) : parseTensors(value, [question.name]);
  }
}

/** Checks a value that came as text (a flag, a prompt). */
export function parseText(question: Question, text: string): Parsed<Answers[keyof Answers]> {
  return parseValue(question, text.trim());
}

function parseTextValue(question: TextQuestion, value: unknown): Parsed<string> {
  if (typeof value !== 'string') {
    return { problems: [{ path: [question.name], message: `expected text, found ${show(value)}${quoteHint(value)}` }] };
  }
  const text = value.trim();
  const wrong = question.validate(text);
  return wrong ? { problems: [{ path: [question.name], message: `${show(text)} ${wrong}` }] } : { value: text };
}

/** YAML reads `1.0` as a number: say so, instead of guessing what was written. */
function quoteHint(value: unknown): string {
  return typeof value === 'number' || typeof value === 'boolean' ? '; put it in quotes' : '';
}

function parseChoice(question: ChoiceQuestion, value: unknown): Parsed<Answers[keyof Answers]> {
  const values = question.choices.map((choice) => choice.value);
  // A release line such as 24 is a number in YAML; there is nothing to guess about it.
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text === 'string' && values.includes(text)) return { value: text as Answers['ci'] };
  return {
    problems: [{ path: [question.name], message: `expected one of ${values.join(', ')}; found ${show(value)}` }],
  };
}

/** Either the compact notation or a list in YAML's or JSON's flow style. */
function parseTensorsText(question: TensorsQuestion, text: string): Parsed<readonly TensorSpec[]> {
  const path = [question.name];
  if (!text.startsWith('[')) {
    const data = parseCompact(text, question.name === 'outputs' ? 'labels' : 'features', path);
    return 'problems' in data ? data : parseTensors(data.value, path);
  }
  try {
    return parseTensors(parseYaml(text, { maxAliasCount: 0 }), path);
  } catch (error) {
    return { problems: [{ path, message: `not a list in YAML or JSON: ${String(error).split('\n')[0]}` }] };
  }
}

/**
 * Checks answers that came as data, by their keys.
 * @param parse what reads one of them
 * @returns the answers, or every problem, by the path from where they stand
 */
export function parseAnswers<A = GivenAnswers>(
  data: Data,
  parse: (question: Question, value: unknown) => Parsed<unknown> = parseValue,
): Parsed<A> {
  const given: Record<string, unknown> = {};
  const problems: Problem[] = [];
  for (const [key, value] of Object.entries(data)) {
    const question = findQuestion(key);
    const parsed = question ? parse(question, value) : { problems: [{ path: [key], message: unknownKeyMessage(key) }] };
    if ('problems' in parsed) problems.push(...parsed.problems);
    else given[key] = parsed.value;
  }
  return problems.length > 0 ? { problems } : { value: given as A };
}

/** What stands where nothing is given: a policy's default, else the question's own. */
export function defaultOf(question: Question, known: Known, context: QuestionContext): Answers[keyof Answers] {
  const governed = context.defaults?.[question.name];
  const proposed = isPattern(governed) ? fill(governed, known as Data) : governed;
  return (proposed ?? question.default(known, context)) as Answers[keyof Answers];
}

/** The default of a question as the text a prompt shows. */
export function defaultText(question: Question, known: Known, context: QuestionContext): string {
  return answerText(defaultOf(question, known, context));
}

/**
 * Fills what was not given with the defaults, what a policy fixes with that, and checks the answers against each other.
 * @returns the answers, or every problem: a default can be wrong too (a directory's name that is no valid name)
 */
export function completeAnswers(given: GivenAnswers, context: QuestionContext): Parsed<Answers> {
  const answers: Record<string, unknown> = {};
  const problems: Problem[] = [];
  for (const question of questions as readonly Question[]) {
    const parsed = answerTo(question, given, answers, context);
    if ('problems' in parsed) problems.push(...parsed.problems);
    else answers[question.name] = parsed.value;
  }
  if (problems.length > 0) return { problems };
  const complete = answers as Answers;
  const cross = [...crossProblems(complete), ...featureConflicts(complete.features, context.features)];
  return cross.length > 0 ? { problems: cross } : { value: complete };
}

/** @param before the answers to the questions before it */
function answerTo(question: Question, given: GivenAnswers, before: Data, context: QuestionContext): Parsed<unknown> {
  const lock = context.locks?.[question.name];
  const parsed = lock
    ? isPattern(lock.value)
      ? fillChecked(question, lock.value, lock.by, before)
      : { value: lock.value }
    : question.name in given
      ? { value: given[question.name as keyof Answers] }
      : parseValue(question, defaultOf(question, before as Known, context));
  return question.type === 'set' && 'value' in parsed
    ? completeSet(question, parsed.value as Answers['features'], context)
    : parsed;
}

/** Features with all that they need. What is locked is not added to in silence: it would no longer be what is locked. */
function completeSet(
  { name }: Question,
  named: Answers['features'],
  { features, locks }: QuestionContext,
): Parsed<unknown> {
  const value = withNeeds(named, features);
  const lock = locks?.[name];
  if (lock === undefined || value.length === named.length) return { value };
  const message = `${lock.by} locks it to ${answerText(named)}, which needs ${answerText(value)}: lock it to that`;
  return { problems: [{ path: [name], message }] };
}
