import { labelOutput, type TensorSpec } from '../tensor.ts';
import type { Problem } from './problem.ts';
import { binaryRowBytes, fixedElements, LARGEST_BODY, rowFits } from './request-limits.ts';
import { each, isFloat, type Rule, type Side, shown } from './rule.ts';

/**
 * Elements that the golden sample of a placeholder may list: a picture of 4096 by 4096 pixels. At two bytes each
 * golden.json has 32 MiB, and its request stays far below the body limit that is derived for such an interface.
 */
export const MAX_SAMPLE_ELEMENTS = 2 ** 24;

/** Keys that only one side may have. */
const FOREIGN: Readonly<Record<Side, readonly (keyof TensorSpec)[]>> = {
  inputs: ['labels', 'classes', 'activation', 'multiLabel', 'threshold', 'topK'],
  outputs: ['features', 'outOfRange', 'image', 'text'],
};

function ownKeys(side: Side): Rule {
  return each(side, (tensor, path) =>
    FOREIGN[side]
      .filter((key) => tensor[key] !== undefined)
      .map((key) => ({ path: [...path, key], message: `is not for ${side}; remove it` })),
  );
}

const classifiersNameTheirClasses: Rule = {
  needs: ['modelType', 'outputs'],
  check({ modelType, outputs }) {
    const labelled = outputs.filter((output) => output.labels);
    const [scores] = labelled;
    const [rows, ...classes] = scores?.shape ?? [];
    const fits =
      labelled.length === 1 && scores && isFloat(scores) && classes.length === 1 && (rows === -1 || rows === 1);
    if (!modelType.endsWith('-classification') || fits) return [];
    const message = `a ${modelType} model needs exactly one output with labels: the probabilities of the classes, floats of shape [-1, classes]`;
    return [{ path: ['outputs'], message }];
  },
};

const regressionsAnswerNumbers: Rule = {
  needs: ['modelType', 'outputs'],
  check({ modelType, outputs }) {
    if (modelType !== 'tabular-regression') return [];
    const bad = outputs.findIndex((output) => ['BYTES', 'BOOL'].includes(output.datatype));
    if (bad >= 0)
      return [{ path: ['outputs', bad, 'datatype'], message: 'a tabular-regression model answers numbers' }];
    if (outputs.length === 1) return [];
    return [{ path: ['outputs'], message: 'a tabular-regression model has exactly one output; others are custom' }];
  },
};

const tablesHaveRowsAndColumns: Rule = {
  needs: ['modelType', 'inputs'],
  check({ modelType, inputs }) {
    if (!modelType.startsWith('tabular-')) return [];
    return inputs.flatMap((input, i): Problem[] => {
      const [rows, columns] = input.shape;
      const fits = (rows === -1 || rows === 1) && input.shape.length <= 2 && columns !== -1;
      return fits ? [] : [rowsProblem(i, input)];
    });
  },
};

function rowsProblem(index: number, input: TensorSpec): Problem {
  const message = `a tabular model takes [-1] or [-1, columns], found ${shown(input)}; use type custom for other tensors`;
  return { path: ['inputs', index, 'shape'], message };
}

const classesFitTheLabels: Rule = {
  needs: ['modelType', 'outputs'],
  check({ modelType, outputs }) {
    const own = modelType.endsWith('-classification') ? labelOutput(outputs) : undefined;
    const names = outputs.find(({ labels }) => labels)?.labels;
    return outputs.flatMap((output, i): Problem[] => {
      const problems: Problem[] = [];
      const { classes } = output;
      if (classes && output !== own)
        problems.push({ path: ['outputs', i, 'classes'], message: "is for a classifier's label output, one a row" });
      else if (classes && classes.length !== names?.length)
        problems.push({ path: ['outputs', i, 'classes'], message: `expected ${names?.length}, one for each label` });
      const isScores = output.labels !== undefined && modelType.endsWith('-classification');
      for (const key of SCORE_KEYS) {
        if (output[key] !== undefined && !isScores)
          problems.push({ path: ['outputs', i, key], message: 'is for the output with the labels of a classifier' });
      }
      if (isScores) problems.push(...scoreProblems(output, ['outputs', i]));
      return problems;
    });
  },
};

/** What only the output with a classifier's labels may say. */
const SCORE_KEYS = ['activation', 'multiLabel', 'threshold', 'topK'] as const;

function scoreProblems(
  { activation, multiLabel, threshold, labels = [] }: TensorSpec,
  path: Problem['path'],
): Problem[] {
  const problems: Problem[] = [];
  if (multiLabel && activation === 'softmax')
    problems.push({
      path: [...path, 'activation'],
      message: 'softmax lets one label apply; with multiLabel use sigmoid',
    });
  if (multiLabel && labels.length < 2)
    problems.push({ path: [...path, 'multiLabel'], message: 'is for two labels or more' });
  if (threshold === undefined) return problems;
  if (!multiLabel) problems.push({ path: [...path, 'threshold'], message: 'goes with multiLabel: true' });
  if (activation !== 'none' && !(threshold > 0 && threshold < 1))
    problems.push({
      path: [...path, 'threshold'],
      message: `expected a probability between 0 and 1, found ${threshold}`,
    });
  return problems;
}

const rowsCanBeSent: Rule = {
  needs: ['modelType', 'inputs', 'outputs'],
  check({ modelType, inputs, outputs }) {
    if (!rowFits(inputs)) {
      const message = `one row has ${binaryRowBytes(inputs)} bytes as binary tensors; a request holds at most ${LARGEST_BODY}`;
      return [{ path: ['inputs'], message }];
    }
    // Samples of pictures and texts are one pixel and one word; a classifier's answer is its labels.
    const listed = {
      inputs: modelType === 'image-classification' || modelType === 'text-classification' ? [] : inputs,
      outputs: modelType === 'custom' ? outputs : [],
    };
    return (['inputs', 'outputs'] as const).flatMap((side) => {
      const count = listed[side].reduce((sum, tensor) => sum + fixedElements(tensor.shape), 0);
      if (count <= MAX_SAMPLE_ELEMENTS) return [];
      const message = `one row has ${count} elements; a golden sample lists at most ${MAX_SAMPLE_ELEMENTS}`;
      return [{ path: [side], message }];
    });
  },
};

const predictionsAreRows: Rule = {
  needs: ['modelType', 'inputs', 'outputs'],
  check({ modelType, ...sides }) {
    if (modelType === 'custom') return [];
    return (['inputs', 'outputs'] as const).flatMap((side) =>
      sides[side].flatMap(({ perRow }, i): Problem[] => {
        const message = `is for custom models: a ${modelType} model has one prediction for each row`;
        return perRow === false ? [{ path: [side, i, 'perRow'], message }] : [];
      }),
    );
  },
};

export const typeRules: readonly Rule[] = [
  ownKeys('inputs'),
  ownKeys('outputs'),
  classifiersNameTheirClasses,
  regressionsAnswerNumbers,
  tablesHaveRowsAndColumns,
  classesFitTheLabels,
  rowsCanBeSent,
  predictionsAreRows,
];
