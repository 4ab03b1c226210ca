import type { ModelType } from '../tensor.ts';
import type { Problem } from './problem.ts';
import type { Answers } from './questions.ts';

/** Rules over several answers: what a model type needs of the inputs and outputs. */
type Rule = (answers: Answers) => Problem | undefined;

const CLASSIFIERS: readonly ModelType[] = ['tabular-classification', 'image-classification', 'text-classification'];

const rules: readonly Rule[] = [
  function classifiersNameTheirClasses({ modelType, outputs }) {
    if (!CLASSIFIERS.includes(modelType) || outputs.filter((output) => output.labels).length === 1) return undefined;
    return {
      path: ['outputs'],
      message: `a ${modelType} model needs exactly one output with labels: the probabilities of the classes`,
    };
  },
  function regressionsAnswerNumbers({ modelType, outputs }) {
    const bad = outputs.findIndex((output) => ['BYTES', 'BOOL'].includes(output.datatype));
    if (modelType !== 'tabular-regression' || bad < 0) return undefined;
    return { path: ['outputs', bad, 'datatype'], message: 'a tabular-regression model answers numbers' };
  },
];

export function crossProblems(answers: Answers): Problem[] {
  return rules.map((rule) => rule(answers)).filter((problem) => problem !== undefined);
}
