import type { Feature } from '../tensor.ts';
import type { Problem } from './problem.ts';
import { each, isFloat, type Rule, repeated, shown } from './rule.ts';

/** Clients address the columns of all inputs by name; an input without columns is one itself. */
const columnsHaveOneNameEach: Rule = {
  needs: ['inputs'],
  check({ inputs }) {
    const places = inputs.flatMap((input, i) =>
      input.features
        ? input.features.map(({ name }, f) => ({ name, path: ['inputs', i, 'features', f] }))
        : [{ name: input.name, path: ['inputs', i, 'name'] }],
    );
    return repeated(places.map((place) => place.name)).map((at) => ({
      path: places[at]?.path ?? ['inputs'],
      message: `${JSON.stringify(places[at]?.name)} is the name of another column already`,
    }));
  },
};

function lastAxisNames(side: 'inputs' | 'outputs', key: 'features' | 'labels', what: string): Rule {
  return each(side, (tensor, path) => {
    const names = tensor[key];
    if (!names || (tensor.shape.length >= 2 && tensor.shape.at(-1) === names.length)) return [];
    const message = `${names.length} ${what} need a shape such as [-1, ${names.length}], found ${shown(tensor)}`;
    return [{ path: [...path, key], message }];
  });
}

const columnsSayWhatTheyCanHold = each('inputs', (input, path) =>
  (input.features ?? []).flatMap((feature, f): Problem[] => {
    const at = [...path, 'features', f];
    const text = input.datatype === 'BYTES';
    const problems: Problem[] = [];
    for (const bound of ['min', 'max'] as const) {
      if (text && feature[bound] !== undefined)
        problems.push({ path: [...at, bound], message: 'is for numbers; a column of BYTES takes categories' });
    }
    if (!text && feature.categories && !feature.encode)
      problems.push({ path: [...at, 'categories'], message: 'are for BYTES; a column of numbers takes min and max' });
    if (feature.nullable && feature.missing === undefined && !text && !isFloat(input))
      problems.push({ path: [...at, 'nullable'], message: `is for floats and BYTES; ${input.datatype} has no null` });
    return [...problems, ...encodingProblems(feature, input.datatype, at)];
  }),
);

/** The same as the repository's own rules (contract/column-rules.ts). */
function encodingProblems(feature: Feature, datatype: string, at: Problem['path']): Problem[] {
  const { missing, encode, unknown, date, since, categories } = feature;
  const isNumber = datatype !== 'BYTES' && datatype !== 'BOOL';
  const isMissingRight = isNumber ? isHeld(missing, datatype) : datatype === 'BYTES' && typeof missing === 'string';
  const wrong: readonly (readonly [key: string, isWrong: boolean, message: string])[] = [
    ['missing', missing !== undefined && !isMissingRight, `is no value that ${datatype} has`],
    [
      'encode',
      encode !== undefined && (!isNumber || !categories || date !== undefined),
      'is for numbers with categories',
    ],
    [
      'unknown',
      unknown !== undefined && (!encode || !isHeld(unknown, datatype)),
      `goes with encode, and is a number that ${datatype} has`,
    ],
    ['date', date !== undefined && !isNumber, 'is for numbers'],
    ['since', since !== undefined && date === undefined, 'goes with date'],
  ];
  return wrong.filter(([, isWrong]) => isWrong).map(([key, , message]) => ({ path: [...at, key], message }));
}

function isHeld(value: unknown, datatype: string): boolean {
  if (typeof value !== 'number') return false;
  return datatype.startsWith('FP') || (Number.isSafeInteger(value) && (value >= 0 || !datatype.startsWith('U')));
}

function nonFiniteFloats(side: 'inputs' | 'outputs'): Rule {
  return each(side, (tensor, path) =>
    tensor.allowNonFinite && !isFloat(tensor)
      ? [{ path: [...path, 'allowNonFinite'], message: `is for floats, not for ${tensor.datatype}` }]
      : [],
  );
}

export const columnRules: readonly Rule[] = [
  columnsHaveOneNameEach,
  lastAxisNames('inputs', 'features', 'columns'),
  lastAxisNames('outputs', 'labels', 'labels'),
  columnsSayWhatTheyCanHold,
  nonFiniteFloats('inputs'),
  nonFiniteFloats('outputs'),
];
