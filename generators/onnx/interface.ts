import { isDeepStrictEqual } from 'node:util';
import { type Interface, labelOutput, type TensorSpec } from '../tensor.ts';
import type { ProposedSchema } from './propose.ts';

export interface InterfaceChange extends Interface {
  /** What is different for clients, in words; empty where nothing is. */
  readonly differences: readonly string[];
}

/**
 * The interface of a service once another model is in it. What the model does not tell (names of columns, units, labels
 * of numbered classes) is carried over from the one before wherever it still fits.
 */
export function changeInterface(before: Interface, proposed: ProposedSchema): InterfaceChange {
  const inputs = side('input', before.inputs, proposed.inputs);
  // Outputs that were not served before are not served now: only the listed ones are part of the interface.
  const known = proposed.outputs.filter(({ name }) => before.outputs.some((output) => output.name === name));
  const classes = changeOfClasses(before.outputs, proposed);
  const outputs = side(
    'output',
    before.outputs,
    known.length === before.outputs.length ? known : proposed.outputs,
    classes,
  );
  return {
    inputs: inputs.tensors,
    outputs: outputs.tensors,
    differences: [...inputs.differences, ...outputs.differences, ...differencesOfClasses(classes)],
  };
}

type Kind = 'input' | 'output';

/** What became of the values that stand for the classes; undefined where the files or the release before do not tell. */
interface ChangeOfClasses {
  readonly before: readonly string[];
  readonly now: readonly string[];
  /** The names of the classes that go with what the new file says. */
  readonly names: readonly string[];
}

function changeOfClasses(
  old: readonly TensorSpec[],
  { outputs, unknown }: ProposedSchema,
): ChangeOfClasses | undefined {
  const before = classValues(old);
  // What stands in for values that the file does not tell contradicts nothing.
  const now = unknown.some(({ kind }) => kind === 'classes') ? undefined : classValues(outputs);
  const labels = outputs.find((output) => output.labels)?.labels;
  if (!before || !now || !labels) return undefined;
  const oldNames = old.find((output) => output.labels)?.labels;
  const nameOf = new Map(before.map((value, place) => [value, oldNames?.[place] ?? value]));
  // A name belongs to a value, wherever that stands; with another set of values nobody knows what the names mean.
  const carried = isSameSet(before, now) && !hasOwnNames(labels, now);
  return { before, now, names: carried ? now.map((value) => nameOf.get(value) ?? value) : labels };
}

/** The values that a model's label output answers, in the order of its scores. */
function classValues(outputs: readonly TensorSpec[]): readonly string[] | undefined {
  const own = labelOutput(outputs);
  if (own?.classes) return own.classes.map(String);
  const labels = outputs.find((output) => output.labels)?.labels;
  return own?.datatype === 'BYTES' || labels?.every((label) => /^-?\d+$/.test(label)) ? labels : undefined;
}

function hasOwnNames(labels: readonly string[] | undefined, values: readonly string[]): boolean {
  return hasNames(labels) && !isDeepStrictEqual(labels, values);
}

function differencesOfClasses(change: ChangeOfClasses | undefined): string[] {
  // Values that are names themselves are compared as the labels that they are.
  if (!change) return [];
  const { before, now, names } = change;
  const areNames: boolean = hasNames(now);
  if (areNames || isDeepStrictEqual(before, now)) return [];
  const values = `${before.join(', ')} and are ${now.join(', ')}`;
  if (isSameSet(before, now)) return [`the classes in their order were ${values}`];
  return [
    `the values of the classes were ${values}: what they were called says nothing of them, and they are now called ${names.join(', ')}`,
  ];
}

function isSameSet(before: readonly string[], now: readonly string[]): boolean {
  return before.length === now.length && now.every((value) => before.includes(value));
}

function side(kind: Kind, before: readonly TensorSpec[], now: readonly TensorSpec[], classes?: ChangeOfClasses) {
  const differences: string[] = [];
  const gone = before.filter(({ name }) => !now.some((tensor) => tensor.name === name));
  const fresh = now.filter(({ name }) => !before.some((tensor) => tensor.name === name));
  const renamed = pairRenamed(kind, gone, fresh);
  for (const old of gone) {
    if (![...renamed.values()].includes(old)) differences.push(`${kind} ${old.name} is gone`);
  }
  const found = now.map((proposed) => {
    const tensor = proposed.labels && classes ? { ...proposed, labels: classes.names } : proposed;
    const old = before.find(({ name }) => name === tensor.name) ?? renamed.get(tensor);
    if (!old) {
      differences.push(`${kind} ${tensor.name} is new: ${tensor.datatype} [${tensor.shape.join(', ')}]`);
      return tensor;
    }
    if (old.name !== tensor.name) differences.push(`${kind} ${old.name} is now called ${tensor.name}`);
    const problems = tensorDifferences(kind, old, tensor);
    differences.push(...problems);
    const carried =
      problems.length === 0 ? { ...old, name: tensor.name } : { ...tensor, ...carriedOver(kind, old, tensor) };
    const kept = withSmallLetters(carried, tensor);
    // Which values stand for the classes is the model's own affair, whatever people call them.
    const own = old.classes && { classes: classes ? classesOf(tensor, classes) : old.classes };
    return { ...kept, ...own, ...(old.labels && classes && tensor.labels && { labels: tensor.labels }) };
  });
  // The order of the file stays where it can.
  const order = ({ name }: TensorSpec) => before.findIndex((old) => old.name === name);
  return { differences, tensors: found.sort((a, b) => order(a) - order(b)) };
}

/** A graph that changes the case of its texts itself gets them as Python would have changed it, unless somebody decided otherwise. */
function withSmallLetters(kept: TensorSpec, { text }: TensorSpec): TensorSpec {
  if (!text?.lowercase || kept.text?.lowercase !== undefined) return kept;
  return { ...kept, text: { ...kept.text, lowercase: true } };
}

function classesOf(own: TensorSpec, { now, names }: ChangeOfClasses): TensorSpec['classes'] {
  return own.classes ?? (isDeepStrictEqual(now, names) ? undefined : now);
}

/** Tensors that only changed their names: the one that is gone and the one that is new, of one type and shape. */
function pairRenamed(
  kind: Kind,
  gone: readonly TensorSpec[],
  fresh: readonly TensorSpec[],
): Map<TensorSpec, TensorSpec> {
  const alike = (a: TensorSpec, b: TensorSpec) => a.datatype === b.datatype && sameShape(kind, a, b);
  const pairs = fresh.flatMap((tensor): [TensorSpec, TensorSpec][] => {
    const candidates = gone.filter((old) => alike(old, tensor));
    const [old] = candidates;
    const only = candidates.length === 1 && old && fresh.filter((other) => alike(old, other)).length === 1;
    return only ? [[tensor, old]] : [];
  });
  return new Map(pairs);
}

function tensorDifferences(kind: Kind, old: TensorSpec, now: TensorSpec): string[] {
  const what = `${kind} ${now.name}`;
  const differences: string[] = [];
  if (old.datatype !== now.datatype) differences.push(`${what} was ${old.datatype} and is ${now.datatype}`);
  if (!sameShape(kind, old, now))
    differences.push(`${what} was [${old.shape.join(', ')}] and is [${now.shape.join(', ')}]`);
  // What the file does not show may have been declared; what it shows is so.
  if (now.perRow === false && old.perRow !== false)
    differences.push(
      `the first axis of ${what} was that of the rows and is another one: an instance is the whole tensors`,
    );
  if (differences.length > 0) return differences;
  if (old.labels && now.labels && (old.multiLabel === true) !== (now.multiLabel === true)) {
    const answer = now.multiLabel ? 'one label a row and are several' : 'several labels a row and are one';
    differences.push(`the predictions of ${what} were ${answer}`);
  }
  if (hasNames(now.labels) && old.labels && !isDeepStrictEqual(old.labels, now.labels)) {
    differences.push(`the classes of ${what} were ${old.labels.join(', ')} and are ${now.labels.join(', ')}`);
  }
  const columns = now.features?.map(({ name }) => name);
  const oldColumns = old.features?.map(({ name }) => name);
  if (hasNames(columns) && oldColumns && !isDeepStrictEqual(columns, oldColumns)) {
    differences.push(`the columns of ${what} were ${oldColumns.join(', ')} and are ${columns.join(', ')}`);
  }
  return differences;
}

/**
 * serving.yaml may fix an axis that the graph leaves free, save the first one. An output may have a size where serving.yaml
 * promises none.
 */
function sameShape(kind: Kind, old: TensorSpec, now: TensorSpec): boolean {
  const isFree = (size: number, axis: number) =>
    axis > 0 && (now.shape[axis] === -1 || (kind === 'output' && size === -1));
  return (
    old.shape.length === now.shape.length &&
    old.shape.every((size, axis) => size === now.shape[axis] || isFree(size, axis))
  );
}

/** Numbers and stand-ins are no names: they do not contradict the names that people gave. */
function hasNames(names: readonly string[] | undefined): names is readonly string[] {
  return names !== undefined && !names.every((name) => /^(-?\d+|(feature|class)_\d+)$/.test(name));
}

/** What was said of a tensor, as far as it still fits. */
function carriedOver(kind: Kind, old: TensorSpec, now: TensorSpec): Partial<TensorSpec> {
  if (!sameShape(kind, old, now)) return {};
  const { features, labels, classes: _classes, multiLabel, activation, threshold, ...options } = old;
  // What was decided about one label a row says nothing about several, and the other way round.
  const steps = (multiLabel === true) === (now.multiLabel === true) ? { activation, threshold } : {};
  return {
    ...options,
    ...Object.fromEntries(Object.entries(steps).filter(([, value]) => value !== undefined)),
    name: now.name,
    datatype: now.datatype,
    ...(!hasNames(now.features?.map(({ name }) => name)) && features && { features }),
    ...(!hasNames(now.labels) && labels && { labels }),
  };
}
