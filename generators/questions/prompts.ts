import { defaultOf, defaultText, type GivenAnswers, parseText, parseValue } from './answers.ts';
import { type FeatureName, featureConflicts, isFeatureName, withNeeds } from './features.ts';
import { findQuestion } from './find.ts';
import { followingProblems, type Locks, lockedAnswers } from './locks.ts';
import { offeredChoices } from './outdated.ts';
import { firstLines, formatPath, type Parsed } from './problem.ts';
import type { Known, Question, QuestionContext, SetQuestion } from './question.ts';
import { type Answers, questions } from './questions.ts';
import { earlyProblems } from './rules.ts';
import { suggestName, validateName } from './text-rules.ts';

/** A prompt in inquirer's terms, as far as they are used. */
export type Prompt = LinePrompt | CheckboxPrompt;

interface PromptBase {
  readonly name: string;
  readonly message: string;
}

/** A prompt for one line of text, or one of several values. */
export interface LinePrompt extends PromptBase {
  readonly type: 'input' | 'select';
  readonly default: (answered: object) => string;
  readonly choices?: readonly Choice[];
  readonly validate?: (text: string, answered?: object) => true | string;
}

/** A prompt for any number of several values. */
export interface CheckboxPrompt extends PromptBase {
  readonly type: 'checkbox';
  /** The values that are checked at first. */
  readonly default: (answered: object) => string[];
  readonly choices: readonly Choice[];
  /** How many choices are shown at once. */
  readonly pageSize: number;
  readonly validate: (checked: readonly { readonly value: unknown }[]) => true | string;
}

interface Choice {
  readonly value: string;
  readonly name: string;
}

/** What a prompt gives: text, or the values that were checked. */
export type Typed = string | readonly string[];

/**
 * The prompts for all questions that are asked and have no answer yet.
 * @param others questions that are asked in another way
 */
export function toPrompts(
  given: GivenAnswers,
  context: QuestionContext,
  others: readonly (keyof Answers)[] = [],
): Prompt[] {
  const locks = (context.locks ?? {}) as Locks;
  const knownThen = (answered: object) => {
    const answers = known(given, answered);
    return { ...answers, ...lockedAnswers(locks, answers) };
  };
  return (questions as readonly Question[])
    .filter(
      ({ name, asked }) =>
        asked !== false && !(name in given) && !(name in locks) && !others.includes(name as keyof Answers),
    )
    .map((question): Prompt => {
      const { name, message } = question;
      if (question.type === 'set') return checkbox(question, context);
      return {
        name,
        message,
        default: (answered: object) => proposal(question, knownThen(answered), context),
        ...(question.type === 'choice'
          ? { type: 'select', choices: offeredChoices(question).map(({ value, label }) => ({ value, name: label })) }
          : {
              type: 'input',
              validate: (text: string, answered: object = {}) => validate(question, text, knownThen(answered), locks),
            }),
      };
    });
}

/** A line for each feature; contradictions are reported once all are chosen. */
function checkbox(question: SetQuestion, context: QuestionContext): CheckboxPrompt {
  const { name, message, values } = question;
  const width = Math.max(...values.map(({ length }) => length));
  const line = (feature: FeatureName) =>
    `${feature.padEnd(width)}  ${context.features?.get(feature)?.description ?? ''}`.trimEnd();
  return {
    type: 'checkbox',
    name,
    message,
    default: (answered) => [...(defaultOf(question, answered as Known, context) as readonly string[])],
    choices: values.map((value) => ({ value, name: line(value) })),
    pageSize: values.length,
    validate: (checked) => {
      const chosen = withNeeds(checked.map(({ value }) => value).filter(isFeatureName), context.features);
      const problems = featureConflicts(chosen, context.features);
      return problems.length === 0 || firstLines(problems, (problem) => problem.message).join('; ');
    },
  };
}

/** Typed answers are text, the rules over several answers want values. */
function known(given: GivenAnswers, answered: object): GivenAnswers {
  const answers: Record<string, unknown> = { ...given };
  for (const [name, text] of Object.entries(answered)) {
    const question = findQuestion(name);
    const parsed = question && isTyped(text) ? parseTyped(question, text) : undefined;
    if (parsed && 'value' in parsed) answers[name] = parsed.value;
  }
  return answers as GivenAnswers;
}

function isTyped(value: unknown): value is Typed {
  return typeof value === 'string' || Array.isArray(value);
}

function parseTyped(question: Question, typed: Typed): Parsed<Answers[keyof Answers]> {
  return typeof typed === 'string' ? parseText(question, typed) : parseValue(question, typed);
}

/** What a prompt shows; for a directory whose name is no valid one, the nearest that is. */
function proposal(question: Question, answers: GivenAnswers, context: QuestionContext): string {
  const text = defaultText(question, answers as Known, context);
  return question.name === 'name' && validateName(text) ? (suggestName(text) ?? 'my-model') : text;
}

/** Mistakes are told where they can still be mended: at the last of the questions that do not fit together. */
function validate(question: Question, text: string, answers: GivenAnswers, locks: Locks): true | string {
  const parsed = parseText(question, text);
  const name = question.name as keyof Answers;
  const then = { ...answers, ...('value' in parsed && { [name]: parsed.value }) } as GivenAnswers;
  const problems =
    'problems' in parsed ? parsed.problems : [...earlyProblems(name, then), ...followingProblems(locks, name, then)];
  if (problems.length === 0) return true;
  return firstLines(problems, ({ path, message }) => `${formatPath(path)}: ${message}`).join('; ');
}

/** Reads what was typed. An untouched default is taken whole, with the units and ranges its one-line form leaves out. */
export function fromPrompts(
  typed: Readonly<Record<string, Typed>>,
  given: GivenAnswers,
  context: QuestionContext,
): GivenAnswers {
  const answers: Record<string, unknown> = { ...given };
  for (const question of questions as readonly Question[]) {
    const text = typed[question.name];
    if (text === undefined) continue;
    const parsed = parseTyped(question, text);
    if ('problems' in parsed) throw new Error(`The prompt for ${question.name} let an invalid answer through`);
    const untouched = text === defaultText(question, answers as Known, context);
    answers[question.name] = untouched ? defaultOf(question, answers as Known, context) : parsed.value;
  }
  return answers as GivenAnswers;
}
