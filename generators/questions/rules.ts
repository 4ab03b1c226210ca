import { columnRules } from './column-rules.ts';
import { mediaRules } from './media-rules.ts';
import type { Problem } from './problem.ts';
import type { Answers } from './questions.ts';
import type { Rule } from './rule.ts';
import { typeRules } from './type-rules.ts';

/*
 * What the server asks of serving.yaml beyond its schema (`runtime/contract/` of the template), asked before it is written.
 * A property test feeds what passes here to the server's own reader.
 */
const rules: readonly Rule[] = [...typeRules, ...columnRules, ...mediaRules];

export function crossProblems(answers: Answers): Problem[] {
  return rules.flatMap((rule) => rule.check(answers));
}

/** What can be said of the latest answer before all are given: the rules that need it and nothing that is still to come. */
export function earlyProblems(latest: keyof Answers, known: Partial<Answers>): Problem[] {
  return rules
    .filter(({ needs }) => needs.includes(latest as (typeof needs)[number]) && needs.every((name) => name in known))
    .flatMap((rule) => rule.check(known as Answers));
}
