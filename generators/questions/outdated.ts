import type { ChoiceQuestion, ChoiceValue, Question } from './question.ts';
import { type Answers, questions } from './questions.ts';

/** The values of a question that are offered; others that were offered once still count. */
export function offeredChoices({ choices }: ChoiceQuestion): readonly ChoiceValue[] {
  return choices.filter(({ outdated }) => outdated === undefined);
}

/** Answers that still count and are no longer offered, each with the reason and what to do. */
export function outdatedAnswers(answers: Answers): string[] {
  return (questions as readonly Question[]).flatMap((question) => {
    if (question.type !== 'choice') return [];
    const { name, choices } = question;
    const value = answers[name as keyof Answers];
    const reason = choices.find((choice) => choice.value === value)?.outdated;
    const offered = offeredChoices(question).map((choice) => choice.value);
    return reason === undefined
      ? []
      : [`${name} is ${value}: ${reason}. Choose one of ${offered.join(', ')} with --set ${name}=${offered[0]}`];
  });
}
