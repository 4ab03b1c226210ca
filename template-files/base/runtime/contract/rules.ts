import { columnRules } from './column-rules.ts';
import { mediaRules } from './media-rules.ts';
import type { Problem, Rule } from './rule.ts';
import { hasBatchAxis, labelOutput, type OutputSpec } from './serving.ts';

const isFloat = (datatype: string): boolean => datatype.startsWith('FP');

const uniqueNames: Rule = (serving) =>
  (['inputs', 'outputs'] as const).flatMap((side) =>
    duplicates(serving[side].map((tensor) => tensor.name)).map((index) => ({
      field: `${side}[${index}].name`,
      expected: 'a name that no other has',
      found: `"${serving[side][index]?.name}" twice`,
      mend: 'Rename or remove one.',
    })),
  );

const uniqueFeatures: Rule = (serving) => {
  const places = serving.inputs.flatMap((input, i) =>
    input.features
      ? input.features.map((feature, f) => ({ name: feature.name, field: `inputs[${i}].features[${f}].name` }))
      : [{ name: input.name, field: `inputs[${i}].name` }],
  );
  return duplicates(places.map((place) => place.name)).map((index) => ({
    field: places[index]?.field ?? 'inputs',
    expected: 'a name that no other column of any input has',
    found: `"${places[index]?.name}" twice`,
    mend: 'Clients address columns by these names; rename one.',
  }));
};

const featureCount: Rule = (serving) =>
  serving.inputs.flatMap((input, i) => {
    const width = input.shape.at(-1);
    if (!input.features || (input.shape.length >= 2 && input.features.length === width)) return [];
    return [
      {
        field: `inputs[${i}].features`,
        expected: `as many as the last axis of shape [${input.shape.join(', ')}]`,
        found: `${input.features.length}`,
        mend: 'List one feature for each column, in the order the model was trained with.',
      },
    ];
  });

const ranges: Rule = (serving) =>
  serving.inputs.flatMap((input, i) =>
    (input.features ?? []).flatMap((feature, f): Problem[] => {
      const field = `inputs[${i}].features[${f}]`;
      const text = input.datatype === 'BYTES';
      const found: Problem[] = [];
      if (feature.min !== undefined && feature.max !== undefined && feature.min > feature.max) {
        found.push({
          field: `${field}.min`,
          expected: `at most max (${feature.max})`,
          found: `${feature.min}`,
          mend: 'Swap them.',
        });
      }
      if (text && (feature.min !== undefined || feature.max !== undefined)) {
        found.push({
          field,
          expected: 'no min or max',
          found: 'a column of BYTES',
          mend: 'Use categories for strings.',
        });
      }
      if (!text && feature.categories && !feature.encode) {
        found.push({
          field: `${field}.categories`,
          expected: 'a column of BYTES',
          found: input.datatype,
          mend: 'Use min and max for numbers.',
        });
      }
      if (feature.nullable && feature.missing === undefined && !text && !isFloat(input.datatype)) {
        found.push({
          field: `${field}.nullable`,
          expected: 'a column of floats or BYTES',
          found: input.datatype,
          mend: 'Integers have no way to say that a value is missing: write missing with what training had in its place.',
        });
      }
      return found;
    }),
  );

const labels: Rule = (serving) =>
  serving.outputs.flatMap((output, i): Problem[] => {
    if (!output.labels) return [];
    const field = `outputs[${i}].labels`;
    const found: Problem[] = duplicates(output.labels).map((index) => ({
      field: `${field}[${index}]`,
      expected: 'a label that no other class has',
      found: `"${output.labels?.[index]}" twice`,
      mend: 'Rename one.',
    }));
    if (output.shape.length < 2 || output.labels.length !== output.shape.at(-1)) {
      found.push({
        field,
        expected: `as many as the last axis of shape [${output.shape.join(', ')}]`,
        found: `${output.labels.length}`,
        mend: 'List one label for each class, in the order of the model.',
      });
    }
    return found;
  });

const nonFinite: Rule = (serving) =>
  (['inputs', 'outputs'] as const).flatMap((side) =>
    serving[side].flatMap((tensor, i) =>
      tensor.allowNonFinite && !isFloat(tensor.datatype)
        ? [
            {
              field: `${side}[${i}].allowNonFinite`,
              expected: 'a tensor of floats',
              found: tensor.datatype,
              mend: 'Remove it.',
            },
          ]
        : [],
    ),
  );

const outputsOfType: Rule = ({ model, outputs }) => {
  if (!model.type.endsWith('-classification')) return [];
  const labelled = outputs.filter((output) => output.labels);
  const probabilities = labelled[0];
  if (labelled.length === 1 && probabilities && isFloat(probabilities.datatype) && probabilities.shape.length === 2) {
    return [];
  }
  return [
    {
      field: 'outputs',
      expected: `for ${model.type}, exactly one output with labels: floats of shape [-1, classes]`,
      found: `${labelled.length} with labels`,
      mend: 'Give the probabilities output its labels, or use type custom.',
    },
  ];
};

const classValues: Rule = ({ model, outputs }) => {
  const classifies = model.type.endsWith('-classification');
  const own = classifies ? labelOutput(outputs) : undefined;
  const names = outputs.find((output) => output.labels)?.labels;
  return outputs.flatMap((output, i): Problem[] => {
    const problems: Problem[] = [];
    const { classes } = output;
    if (classes && (output !== own || classes.length !== names?.length)) {
      problems.push({
        field: `outputs[${i}].classes`,
        expected: `the values of a classifier's only label output ([-1] or [-1, 1]), one for each of the ${names?.length ?? 0} labels`,
        found: `${classes.length} at ${output.datatype} [${output.shape.join(', ')}]`,
        mend: 'List them in the order of the labels, or leave them out.',
      });
    }
    return problems;
  });
};

/** What only the output with a classifier's labels may say. */
const SCORE_KEYS = ['activation', 'multiLabel', 'threshold', 'topK'] as const;

const scoreKeys: Rule = ({ model, outputs }) => {
  const classifies = model.type.endsWith('-classification');
  return outputs.flatMap((output, i) => {
    if (classifies && output.labels) return multiLabelProblems(output, `outputs[${i}]`);
    return SCORE_KEYS.filter((key) => output[key] !== undefined).map((key) => ({
      field: `outputs[${i}].${key}`,
      expected: 'only at the output with the labels of a classifier',
      found: `${output[key]}`,
      mend: 'Remove it.',
    }));
  });
};

function multiLabelProblems(output: OutputSpec, field: string): Problem[] {
  const { activation, multiLabel, threshold, labels = [] } = output;
  const problems: Problem[] = [];
  if (multiLabel && activation === 'softmax') {
    problems.push({
      field: `${field}.activation`,
      expected: 'sigmoid or none, because of multiLabel',
      found: 'softmax',
      mend: 'Softmax lets one label apply: use sigmoid, or remove multiLabel.',
    });
  }
  if (multiLabel && labels.length < 2) {
    const expected = 'false, because the output has one label';
    problems.push({ field: `${field}.multiLabel`, expected, found: 'true', mend: 'Use type custom for it.' });
  }
  if (threshold !== undefined && !multiLabel) {
    const expected = 'only with multiLabel: true';
    problems.push({ field: `${field}.threshold`, expected, found: `${threshold}`, mend: 'Remove it.' });
  } else if (threshold !== undefined && activation !== 'none' && !(threshold > 0 && threshold < 1)) {
    const expected = 'a probability between 0 and 1';
    problems.push({ field: `${field}.threshold`, expected, found: `${threshold}`, mend: 'Change it.' });
  }
  return problems;
}

const regressionOutputs: Rule = ({ model, outputs }) =>
  model.type !== 'tabular-regression' || (outputs.length === 1 && outputs[0]?.datatype !== 'BYTES')
    ? []
    : [
        {
          field: 'outputs',
          expected: 'for tabular-regression, exactly one output of numbers',
          found: `${outputs.length}`,
          mend: 'List the predicted value alone, or use type custom.',
        },
      ];

const tabularShapes: Rule = (serving) =>
  !serving.model.type.startsWith('tabular-')
    ? []
    : serving.inputs.flatMap((input, i) =>
        input.shape.length > 2 || input.shape.slice(1).includes(-1)
          ? [
              {
                field: `inputs[${i}].shape`,
                expected: 'for tabular models, [rows] or [rows, columns]',
                found: `[${input.shape.join(', ')}]`,
                mend: 'Use type custom for tensors of more axes.',
              },
            ]
          : [],
      );

const wholeOutputs: Rule = ({ model, inputs, outputs }) =>
  Object.entries({ inputs, outputs }).flatMap(([side, tensors]) =>
    tensors.flatMap(({ perRow }, i): Problem[] =>
      perRow !== false || model.type === 'custom'
        ? []
        : [
            {
              field: `${side}[${i}].perRow`,
              expected: `no such key for ${model.type}, whose predictions are one for each row`,
              found: 'false',
              mend: 'Use type custom, or export the model with the batch first.',
            },
          ],
    ),
  );

const delayNeedsBatches: Rule = (serving) =>
  serving.batching.maxDelayMs > 0 && !hasBatchAxis(serving)
    ? [
        {
          field: 'batching.maxDelayMs',
          expected: '0, because the first axis is not free in every input and output',
          found: `${serving.batching.maxDelayMs}`,
          mend: 'Export the model with a dynamic batch axis, or set 0.',
        },
      ]
    : [];

const delayBelowTimeout: Rule = ({ batching, limits }) =>
  batching.maxDelayMs >= limits.timeoutMs
    ? [
        {
          field: 'batching.maxDelayMs',
          expected: `less than limits.timeoutMs (${limits.timeoutMs})`,
          found: `${batching.maxDelayMs}`,
          mend: 'Lower it: every request would time out.',
        },
      ]
    : [];

const roomForABody: Rule = ({ limits }) =>
  limits.maxUploadBytes < limits.maxBodyBytes
    ? [
        {
          field: 'limits.maxUploadBytes',
          expected: `at least limits.maxBodyBytes (${limits.maxBodyBytes})`,
          found: `${limits.maxUploadBytes}`,
          mend: 'Raise it: the largest body that is allowed could never be received.',
        },
      ]
    : [];

export const rules: readonly Rule[] = [
  uniqueNames,
  uniqueFeatures,
  featureCount,
  ranges,
  columnRules,
  labels,
  nonFinite,
  outputsOfType,
  classValues,
  scoreKeys,
  regressionOutputs,
  tabularShapes,
  wholeOutputs,
  delayNeedsBatches,
  delayBelowTimeout,
  roomForABody,
  ...mediaRules,
];

/** Indexes of the second and later appearances. */
function duplicates(names: readonly string[]): number[] {
  return names.flatMap((name, index) => (names.indexOf(name) < index ? [index] : []));
}
