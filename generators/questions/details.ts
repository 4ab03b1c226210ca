import { parse as parseYaml } from 'yaml';
import { type Interface, labelOutput, type TensorSpec, type Unknown } from '../tensor.ts';
import { parseColumnNotes } from './column-notes.ts';
import { IMAGE_STEPS } from './image-steps.ts';
import { firstLines, formatPath, type Parsed, show } from './problem.ts';
import type { LinePrompt } from './prompts.ts';
import { parseTensors } from './tensors.ts';

type Side = keyof Interface;

/** How one kind of unknown is asked for, and what an answer makes of the interface. */
interface Kind {
  /** How the answer is written, behind the question. */
  readonly form?: string;
  readonly choices?: LinePrompt['choices'];
  readonly default: (tensor: TensorSpec) => string;
  readonly answer: (text: string, tensor: TensorSpec, whole: Interface) => Parsed<TensorSpec | Interface>;
}

const list = (text: string): string[] => text.split(',').map((item) => item.trim());
const problem = (message: string) => ({ problems: [{ path: [], message }] });

const KINDS: Readonly<Record<Unknown['kind'], Kind>> = {
  shape: {
    form: 'as [-1, 4], where -1 is free',
    default: ({ shape }) => `[${shape.join(', ')}]`,
    answer(text, tensor) {
      try {
        return { value: { ...tensor, shape: parseYaml(text, { maxAliasCount: 0 }) as number[] } };
      } catch {
        return problem(`${show(text)} is no list of sizes`);
      }
    },
  },
  columns: {
    form: 'separated by commas',
    default: ({ features = [] }) => features.map(({ name }) => name).join(', '),
    answer(text, tensor) {
      const features = list(text).map((name) => ({ name }));
      const [rows = -1, width] = tensor.shape;
      return { value: { ...tensor, features, ...(width === -1 && { shape: [rows, features.length] }) } };
    },
  },
  ranges: {
    form: 'as name unit min..max or name a|b|c, separated by commas; leave out what has none',
    default: () => '',
    answer(text, _tensor, whole) {
      const notes = parseColumnNotes(text, whole.inputs);
      if ('problems' in notes) return notes;
      const inputs = whole.inputs.map((input) => {
        const features = input.features?.map((feature) => ({ ...feature, ...notes.value.get(feature.name) }));
        return { ...input, ...(features && { features }) };
      });
      return { value: { ...whole, inputs } };
    },
  },
  image: {
    choices: Object.entries(IMAGE_STEPS).map(([value, { label }]) => ({ value, name: label })),
    default: () => Object.keys(IMAGE_STEPS)[0] as string,
    answer(text, tensor) {
      const steps = IMAGE_STEPS[text]?.steps(tensor);
      return { value: { ...tensor, ...(steps && { image: steps }) } };
    },
  },
  tokens: {
    form: 'longest text in tokens; longer ones are cut',
    default: () => '512',
    answer: (text, tensor) => ({ value: { ...tensor, text: { ...tensor.text, maxTokens: Number(text) } } }),
  },
  labels: {
    form: 'separated by commas',
    default: ({ labels = [] }) => labels.join(', '),
    answer(text, tensor) {
      const labels = list(text);
      const { shape } = tensor;
      const known = shape.at(-1) === -1 ? [...shape.slice(0, -1), labels.length] : shape;
      return { value: { ...tensor, shape: known, labels } };
    },
  },
  activation: {
    choices: [
      { value: 'none', name: 'None: clients get scores' },
      { value: 'softmax', name: 'Softmax: one class of several applies' },
      { value: 'sigmoid', name: 'Sigmoid: each label applies or not by itself' },
    ],
    default: ({ activation = 'none' }) => activation,
    answer: (text, tensor) => ({ value: { ...tensor, activation: text as NonNullable<TensorSpec['activation']> } }),
  },
  classes: {
    form: 'separated by commas',
    default: ({ classes = [] }) => classes.join(', '),
    answer(text, tensor) {
      const strange = list(text).find((item) => !/^-?\d+$/.test(item));
      if (strange !== undefined) return problem(`${show(strange)} is no whole number`);
      return { value: { ...tensor, classes: list(text).map(Number) } };
    },
  },
};

/** Units and ranges of all columns are one line: a model with thirty inputs must not ask thirty times. */
function asked(unknown: readonly Unknown[]): readonly Unknown[] {
  const firstRanges = unknown.find(({ kind }) => kind === 'ranges');
  return unknown.filter((one) => one.kind !== 'ranges' || one === firstRanges);
}

/** The prompts for what a model's file does not tell, each with what is known or stands in for it as its default. */
export function toDetailPrompts(proposed: Interface, unknown: readonly Unknown[]): LinePrompt[] {
  const details = asked(unknown);
  return details.map((detail, index) => {
    const { form, choices, default: proposal } = KINDS[detail.kind];
    const before = (answered: object) => settle(proposed, details.slice(0, index), answered as Typed);
    const question = detail.kind === 'ranges' ? 'Units, ranges and categories of the columns' : detail.question;
    return {
      name: nameOf(index),
      message: form ? `${question} (${form})` : question,
      default: (answered) => proposal(tensorAt(before(answered), detail)),
      ...(choices
        ? { type: 'select' as const, choices }
        : {
            type: 'input' as const,
            validate: (text: string, answered: object = {}) => {
              const parsed = answerOne(before(answered), detail, text);
              return 'value' in parsed || firstLines(parsed.problems, ({ message }) => message).join('; ');
            },
          }),
    };
  });
}

/** The interface with what was typed. */
export function fromDetailPrompts(proposed: Interface, unknown: readonly Unknown[], typed: Typed): Interface {
  return withClassValues(proposed, settle(proposed, asked(unknown), typed));
}

type Typed = Readonly<Record<string, string>>;

const nameOf = (index: number) => `detail_${index}`;

function settle(proposed: Interface, details: readonly Unknown[], typed: Typed): Interface {
  return details.reduce((whole, detail, index) => {
    const text = typed[nameOf(index)];
    const parsed = text === undefined ? undefined : answerOne(whole, detail, text);
    return parsed && 'value' in parsed ? parsed.value : whole;
  }, proposed);
}

function answerOne(whole: Interface, detail: Unknown, text: string): Parsed<Interface> {
  const [side, at] = placeOf(detail);
  const answer = KINDS[detail.kind].answer(text, whole[side][at] as TensorSpec, whole);
  if ('problems' in answer) return answer;
  const { value } = answer;
  const next: Interface =
    'inputs' in value ? value : { ...whole, [side]: whole[side].map((tensor, i) => (i === at ? value : tensor)) };
  const checked = parseTensors(next[side], [side]);
  if ('value' in checked) return { value: next };
  return {
    problems: checked.problems.map(({ path, message }) => ({ path, message: `${formatPath(path)}: ${message}` })),
  };
}

function tensorAt(whole: Interface, detail: Unknown): TensorSpec {
  const [side, at] = placeOf(detail);
  return whole[side][at] as TensorSpec;
}

function placeOf({ path }: Unknown): [side: Side, index: number] {
  const [, side, index] = /^(inputs|outputs)\[(\d+)\]/.exec(path) ?? [];
  return [side as Side, Number(index)];
}

/** Classes that got other names still come out of the model under their own. */
function withClassValues(before: Interface, after: Interface): Interface {
  const names = before.outputs.find(({ labels }) => labels)?.labels;
  const renamed = after.outputs.find(({ labels }) => labels)?.labels?.join() !== names?.join();
  const own = labelOutput(after.outputs);
  if (!renamed || !names || !own || own.classes || own.datatype !== 'BYTES') return after;
  return { ...after, outputs: after.outputs.map((tensor) => (tensor === own ? { ...own, classes: names } : tensor)) };
}
