import type { ModelType, TensorSpec } from '../tensor.ts';
import type { AllFeatureRules, FeatureName } from './features.ts';

/** Who governs an answer: a company, a team or a project may each fix a layer by policy. */
export const LAYERS = ['infrastructure', 'middleware', 'ml'] as const;
export type Layer = (typeof LAYERS)[number];

/** The answers that other questions' defaults lean on. */
export interface Known {
  readonly name?: string;
  readonly modelType?: ModelType;
  readonly owner?: string;
  readonly ci?: string;
}

/** What a default may look at besides earlier answers. */
export interface QuestionContext {
  /** Last segment of the directory that is to be made; a proposal for the name. */
  readonly directoryName: string;
  /** What a policy proposes where nobody gives an answer, and what it fixes: answers, or patterns that follow others. */
  readonly defaults?: Readonly<Record<string, unknown>>;
  readonly locks?: Readonly<Record<string, { readonly value: unknown; readonly by: string }>>;
  /** What is proposed for the type of the model, where one was given. */
  readonly modelType?: ModelType;
  /** What the template says of its features; a template without any has none. */
  readonly features?: AllFeatureRules;
  /** The interface that is proposed for a model type: of the model that was given, or of the template's sample. */
  sample(modelType: ModelType): { readonly inputs: readonly TensorSpec[]; readonly outputs: readonly TensorSpec[] };
}

interface QuestionBase<Value> {
  /** The key in the answers file and in `--set`. */
  readonly name: string;
  readonly layer: Layer;
  /** The prompt, and the heading in `docs/CLI.md`. */
  readonly message: string;
  /** What the answer does; one sentence for the docs. */
  readonly help: string;
  /** `false` where few people change the default: never prompted for, only taken from `--set` and the answers file. */
  readonly asked?: false;
  readonly default: (known: Known, context: QuestionContext) => Value;
}

/** One line of text; `validate` says what is wrong with it, if anything. */
export interface TextQuestion extends QuestionBase<string> {
  readonly type: 'text';
  readonly validate: (value: string) => string | undefined;
}

export interface ChoiceValue {
  readonly value: string;
  readonly label: string;
  /** Why it is no longer offered. An answer that has it still counts, with a warning. */
  readonly outdated?: string;
}

export interface ChoiceQuestion extends QuestionBase<string> {
  readonly type: 'choice';
  readonly choices: readonly ChoiceValue[];
}

/** A number within bounds. */
export interface NumberQuestion extends QuestionBase<number> {
  readonly type: 'number';
  readonly min: number;
  readonly max: number;
  /** Digits after the point; none = a whole number. */
  readonly digits: number;
}

/** The tensors of one side of the model. */
export interface TensorsQuestion extends QuestionBase<readonly TensorSpec[]> {
  readonly type: 'tensors';
}

/** Any number of the template's features. */
export interface SetQuestion extends QuestionBase<readonly FeatureName[]> {
  readonly type: 'set';
  readonly values: readonly FeatureName[];
}

export type Question = TextQuestion | ChoiceQuestion | NumberQuestion | TensorsQuestion | SetQuestion;

/** The type of value that answers a question. */
export type AnswerTo<Q> = Q extends { type: 'choice'; choices: readonly { readonly value: infer V }[] }
  ? V
  : Q extends { type: 'text' }
    ? string
    : Q extends { type: 'number' }
      ? number
      : Q extends { type: 'set' }
        ? readonly FeatureName[]
        : readonly TensorSpec[];
