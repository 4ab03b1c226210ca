import type { Answers } from '../questions/questions.ts';
import { matches, type TemplateSpec, type When } from './template.ts';

/** Does each named answer have one of its listed values? A set of names, such as `features`, has to hold one of them. */
export function meets(answers: Answers, when: When): boolean {
  const given = answers as Readonly<Record<string, unknown>>;
  return Object.entries(when).every(([name, values]) =>
    [given[name]].flat().some((one) => values.includes(String(one))),
  );
}

/** Titles of panels and rows that are only for other answers: `<folder of the dashboards>#<title>` in `conditional`. */
export function panelsForOtherAnswers(folder: string, answers: Answers, { conditional = {} }: TemplateSpec): string[] {
  return Object.entries(conditional).flatMap(([pattern, when]) =>
    pattern.startsWith(`${folder}#`) && !meets(answers, when) ? [pattern.slice(folder.length + 1)] : [],
  );
}

/** Is this path of the repository only for other answers? A path under several patterns has to meet each of them. */
export function isForOtherAnswers(path: string, answers: Answers, { conditional = {} }: TemplateSpec): boolean {
  return Object.entries(conditional).some(([pattern, when]) => matches(pattern, path) && !meets(answers, when));
}
