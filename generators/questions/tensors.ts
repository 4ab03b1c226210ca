import { DATATYPES, type Datatype, type Feature, type TensorSpec } from '../tensor.ts';
import { type Data, isData } from './data.ts';
import { FEATURE_OPTIONS, type Option, STEP_OPTIONS, TENSOR_OPTIONS } from './options.ts';
import { type Parsed, type Problem, show } from './problem.ts';
import { repeated } from './rule.ts';
import { UNPRINTABLE } from './text-rules.ts';

type Path = readonly (string | number)[];

const EXTRAS = [...Object.keys(TENSOR_OPTIONS), ...Object.keys(STEP_OPTIONS)];
const TENSOR_KEYS = ['name', 'datatype', 'shape', 'features', 'labels', ...EXTRAS];
const FEATURE_KEYS = ['name', ...Object.keys(FEATURE_OPTIONS)];
const MAX_RANK = 8;
/** As many as serving.yaml may list. */
const MAX_TENSORS = 1024;
/** Elements of one row of a tensor: a picture of 4096 by 4096 pixels. More would exhaust the memory of whoever serves it. */
const MAX_ELEMENTS = 2 ** 24;
/** They would be keys of objects in requests and answers, where JavaScript gives them another meaning. */
const RESERVED = ['__proto__', 'constructor', 'prototype'];

/**
 * Checks a list of tensors as an answers file gives it.
 * @param path where the value stands, for the problems
 */
export function parseTensors(value: unknown, path: Path): Parsed<readonly TensorSpec[]> {
  if (!Array.isArray(value))
    return { problems: [{ path, message: `expected a list of tensors, found ${show(value)}` }] };
  if (value.length === 0) return { problems: [{ path, message: 'expected at least one tensor' }] };
  if (value.length > MAX_TENSORS)
    return { problems: [{ path, message: `expected at most ${MAX_TENSORS} tensors, found ${value.length}` }] };
  const problems = value.flatMap((item, i) => tensorProblems(item, [...path, i]));
  const names = value.map((item) => (isData(item) ? item['name'] : undefined));
  problems.push(...duplicates(names, (i) => [...path, i, 'name'], 'tensor'));
  return problems.length > 0 ? { problems } : { value: value.map(toTensor) };
}

function tensorProblems(item: unknown, path: Path): Problem[] {
  if (!isData(item)) return [{ path, message: `expected a tensor {name, datatype, shape}, found ${show(item)}` }];
  const problems = unknownKeys(item, TENSOR_KEYS, path);
  if (!isName(item['name'])) problems.push(nameProblem(item['name'], [...path, 'name']));
  if (!DATATYPES.includes(item['datatype'] as Datatype)) {
    const expected = DATATYPES.join(', ');
    problems.push({
      path: [...path, 'datatype'],
      message: `expected one of ${expected}; found ${show(item['datatype'])}`,
    });
  }
  const shape = shapeProblems(item['shape'], [...path, 'shape']);
  problems.push(...shape);
  const columns = shape.length === 0 ? (item['shape'] as number[]).at(-1) : undefined;
  if (item['features'] !== undefined) {
    problems.push(...featureProblems(item['features'], columns, [...path, 'features']));
  }
  problems.push(...optionProblems(item, TENSOR_OPTIONS, path));
  for (const [key, options] of Object.entries(STEP_OPTIONS)) {
    if (item[key] !== undefined) problems.push(...stepProblems(item[key], options, [...path, key]));
  }
  if (item['labels'] !== undefined) problems.push(...labelProblems(item['labels'], columns, [...path, 'labels']));
  return problems;
}

function shapeProblems(shape: unknown, path: Path): Problem[] {
  if (!Array.isArray(shape))
    return [{ path, message: `expected a list of sizes such as [-1, 4], found ${show(shape)}` }];
  if (shape.length > MAX_RANK) return [{ path, message: `expected at most ${MAX_RANK} axes, found ${shape.length}` }];
  const problems = shape.flatMap((size, i) =>
    Number.isSafeInteger(size) && (size === -1 || size > 0)
      ? []
      : [
          {
            path: [...path, i],
            message: `expected a positive whole number, or -1 for a variable size; found ${show(size)}`,
          },
        ],
  );
  if (problems.length > 0) return problems;
  const elements = (shape as number[]).reduce((product, size) => product * Math.max(size, 1), 1);
  if (elements <= MAX_ELEMENTS) return [];
  return [{ path, message: `the fixed axes hold ${elements} elements; at most ${MAX_ELEMENTS} can be served` }];
}

function featureProblems(features: unknown, columns: number | undefined, path: Path): Problem[] {
  if (!Array.isArray(features)) return [{ path, message: `expected a list of columns, found ${show(features)}` }];
  const problems = features.flatMap((feature, i) => oneFeatureProblems(feature, [...path, i]));
  const names = features.map((feature) => (isData(feature) ? feature['name'] : feature));
  problems.push(...duplicates(names, (i) => [...path, i], 'column'));
  problems.push(...countProblems(features.length, columns, 'columns', path));
  return problems;
}

function oneFeatureProblems(feature: unknown, path: Path): Problem[] {
  if (typeof feature === 'string') return isName(feature) ? [] : [nameProblem(feature, path)];
  if (!isData(feature))
    return [{ path, message: `expected a column's name or {${FEATURE_KEYS.join(', ')}}, found ${show(feature)}` }];
  const problems = unknownKeys(feature, FEATURE_KEYS, path);
  if (!isName(feature['name'])) problems.push(nameProblem(feature['name'], [...path, 'name']));
  problems.push(...optionProblems(feature, FEATURE_OPTIONS, path));
  const { min, max } = feature;
  if (typeof min === 'number' && typeof max === 'number' && min > max) {
    problems.push({ path: [...path, 'min'], message: `is ${min}, above max ${max}` });
  }
  return problems;
}

function stepProblems(steps: unknown, options: Readonly<Record<string, Option>>, path: Path): Problem[] {
  if (!isData(steps)) return [{ path, message: `expected {${Object.keys(options).join(', ')}}, found ${show(steps)}` }];
  return [...unknownKeys(steps, Object.keys(options), path), ...optionProblems(steps, options, path)];
}

function optionProblems(
  record: Record<string, unknown>,
  options: Readonly<Record<string, Option>>,
  path: Path,
): Problem[] {
  return Object.entries(options).flatMap(([key, { expected, accepts }]) => {
    const value = record[key];
    if (value === undefined || accepts(value)) return [];
    return [{ path: [...path, key], message: `expected ${expected}, found ${show(value)}` }];
  });
}

function labelProblems(labels: unknown, columns: number | undefined, path: Path): Problem[] {
  if (!Array.isArray(labels)) return [{ path, message: `expected a list of labels, found ${show(labels)}` }];
  const problems = labels.flatMap((label, i) =>
    Number.isSafeInteger(label) || isName(label) ? [] : [nameProblem(label, [...path, i])],
  );
  problems.push(...duplicates(labels.map(String), (i) => [...path, i], 'label'));
  problems.push(...countProblems(labels.length, columns, 'labels', path));
  return problems;
}

function countProblems(found: number, columns: number | undefined, what: string, path: Path): Problem[] {
  if (found === 0) return [{ path, message: `expected at least one of the ${what}; leave the key out for none` }];
  if (columns === undefined || columns === -1 || columns === found) return [];
  return [{ path, message: `expected ${columns} ${what}, as many as the last axis has; found ${found}` }];
}

function duplicates(names: readonly unknown[], at: (index: number) => Path, what: string): Problem[] {
  // What is no text has been found already.
  return repeated(names.map((name, i) => (typeof name === 'string' ? name : { i }))).map((index) => ({
    path: at(index),
    message: `the ${what} ${show(names[index])} is named twice`,
  }));
}

function unknownKeys(record: Record<string, unknown>, known: readonly string[], path: Path): Problem[] {
  return Object.keys(record)
    .filter((key) => !known.includes(key))
    .map((key) => ({ path: [...path, key], message: `unknown key; expected one of ${known.join(', ')}` }));
}

/** Names end up in YAML, JSON and log lines: any printable text will do. */
function isName(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.trim() !== '' &&
    value.length <= 200 &&
    !UNPRINTABLE.test(value) &&
    !RESERVED.includes(value)
  );
}

function nameProblem(value: unknown, path: Path): Problem {
  if (RESERVED.includes(value as string))
    return { path, message: `${show(value)} has a meaning in JavaScript and cannot be a name` };
  return { path, message: `expected a name (text of 1 to 200 printable characters), found ${show(value)}` };
}

/** Only for a value without problems. Columns given as bare names become objects, numeric labels become text. */
function toTensor(item: Data): TensorSpec {
  const features = item['features'] as readonly (string | Feature)[] | undefined;
  const labels = item['labels'] as readonly (string | number)[] | undefined;
  return {
    name: item['name'] as string,
    datatype: item['datatype'] as Datatype,
    shape: item['shape'] as number[],
    ...(features && { features: features.map((f) => (typeof f === 'string' ? { name: f } : f)) }),
    ...(labels && { labels: labels.map(String) }),
    ...Object.fromEntries(EXTRAS.filter((key) => item[key] !== undefined).map((key) => [key, item[key]])),
  };
}
