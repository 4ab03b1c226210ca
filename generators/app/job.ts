import type { Target } from '../apply/target.ts';
import type { Policy } from '../policy/policy.ts';
import type { GivenAnswers } from '../questions/answers.ts';
import type { QuestionContext } from '../questions/question.ts';
import type { Template } from '../render/template.ts';
import type { GivenModel } from './given-model.ts';
import type { Surroundings } from './surroundings/surroundings.ts';

/** What somebody asked for on the command line, checked as far as it can be without asking. */
export interface CreateJob {
  readonly target: Target;
  readonly template: Template;
  readonly policy: Policy;
  /** What the policy fixes among them. */
  readonly given: GivenAnswers;
  readonly context: QuestionContext;
  /** Undefined where the template's own, or a placeholder, is to be served. */
  readonly model: GivenModel | undefined;
  readonly install: boolean;
  readonly surroundings: Surroundings;
  /** The directory is a Git repository that nobody has worked in: it is filled, and gets the first commit. */
  readonly isFresh: boolean;
  readonly git: boolean;
  readonly dryRun: boolean;
}

/** Where progress is told; the command line shows it on standard error. */
export type Tell = (line: string) => void;
