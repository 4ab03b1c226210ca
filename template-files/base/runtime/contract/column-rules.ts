import type { Problem, Rule } from './rule.ts';
import type { Feature, InputSpec } from './serving.ts';

/** What a client may leave out of a row, or send as null. */
export function mayBeMissing({ nullable, missing }: Feature): boolean {
  return nullable === true || missing !== undefined;
}

/** Columns whose values are texts for clients and numbers for the model. */
export function takesTexts({ encode, date }: Feature): boolean {
  return encode !== undefined || date !== undefined;
}

/** Where the numbers are that the model gets of a column: codes of categories lie between 0 and the last. */
export function rangeOf({ encode, categories = [], min, max }: Partial<Feature>): Pick<Feature, 'min' | 'max'> {
  if (encode) return { min: 0, max: categories.length - 1 };
  return { ...(min !== undefined && { min }), ...(max !== undefined && { max }) };
}

/** `missing`, `encode`, `unknown`, `date` and `since` of columns. */
export const columnRules: Rule = ({ inputs }) =>
  inputs.flatMap((input, i) =>
    (input.features ?? []).flatMap((feature, f) =>
      problemsOf(feature, input).map(({ field, ...rest }) => ({
        ...rest,
        field: `inputs[${i}].features[${f}].${field}`,
      })),
    ),
  );

function problemsOf(feature: Feature, { datatype }: InputSpec): Problem[] {
  const { missing, encode, unknown, date, since, categories } = feature;
  const isText = datatype === 'BYTES';
  const isNumber = !isText && datatype !== 'BOOL';
  const problems: Problem[] = [];
  const add = (field: string, expected: string, found: unknown, mend: string) =>
    problems.push({ field, expected, found: JSON.stringify(found), mend });
  if (missing !== undefined && (isText ? typeof missing !== 'string' : !isNumber || !isHeld(missing, datatype))) {
    add(
      'missing',
      isText ? 'a text' : `a number that ${datatype} has`,
      missing,
      'Write what training had in its place.',
    );
  }
  if (encode && (!isNumber || !categories || date)) {
    add(
      'encode',
      'a column of numbers with categories, and no date',
      encode,
      'List the categories in the order of their codes.',
    );
  }
  if (unknown !== undefined && (!encode || !isHeld(unknown, datatype))) {
    add('unknown', `with encode, a number that ${datatype} has`, unknown, 'Write the unknown_value of training.');
  }
  if (date && !isNumber) add('date', 'a column of numbers', date, 'A column of texts gets dates as they are sent.');
  if (since !== undefined && !date) add('since', 'a column with date', since, 'Remove it, or say in which unit.');
  return problems;
}

function isHeld(value: unknown, datatype: string): boolean {
  if (typeof value !== 'number') return false;
  return datatype.startsWith('FP') || (Number.isSafeInteger(value) && (value >= 0 || !datatype.startsWith('U')));
}
