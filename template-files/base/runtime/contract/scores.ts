import type { OutputSpec, Serving } from './serving.ts';

/** The output of a multi-label classifier: several of its labels may apply to one row. */
export function multiLabelOutput({ model, outputs }: Pick<Serving, 'model' | 'outputs'>): OutputSpec | undefined {
  return model.type.endsWith('-classification')
    ? outputs.find(({ labels, multiLabel }) => labels && multiLabel)
    : undefined;
}

/** A multi-label classifier's own yes or no to each label: the only output of integers or booleans as wide as the scores. */
export function labelsOutput(outputs: readonly OutputSpec[]): OutputSpec | undefined {
  const width = outputs.find(({ multiLabel }) => multiLabel)?.labels?.length;
  const [own, ...others] = outputs.filter(
    ({ datatype, shape, labels }) =>
      !labels && (datatype === 'BOOL' || /^U?INT/.test(datatype)) && shape.length === 2 && shape[1] === width,
  );
  return others.length === 0 ? own : undefined;
}

/** What a prediction calls the values of a classifier: scores, where serving.yaml says that they are no probabilities. */
export function scoreField({ activation }: OutputSpec): 'probabilities' | 'scores' {
  return activation === 'none' ? 'scores' : 'probabilities';
}

/** From which probability on a label applies; of scores, 0 is the probability 0.5 of a sigmoid. */
export function thresholdOf({ threshold, activation }: OutputSpec): number {
  return threshold ?? (activation === 'none' ? 0 : 0.5);
}
