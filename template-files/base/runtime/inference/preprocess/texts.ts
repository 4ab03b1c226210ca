import type { Serving, TextSteps } from '../../contract/serving.ts';
import { inputError } from '../../errors.ts';
import { KINDS } from '../datatypes.ts';
import type { Encoder, OnInvalid } from './encoder.ts';

const MAX_CHARACTERS = 100_000;

/** Models that take the texts themselves; all others take token ids. */
export function takesStrings({ inputs }: Pick<Serving, 'inputs'>): boolean {
  return inputs.length === 1 && inputs[0]?.datatype === 'BYTES';
}

/** Instances are texts, or `{"text": …}`; each goes into the model as one string. */
export function createTextEncoder({ inputs }: Serving, onInvalid: OnInvalid): Encoder {
  const [input] = inputs;
  if (!input) throw new RangeError('checked by the contract: a text model has an input');
  const clean = createTextReader(input.text ?? {}, input.name, onInvalid);
  const rest = input.shape.slice(1);
  return (instances) => [
    { rows: instances.length, key: '', tensors: [{ dims: [instances.length, ...rest], data: instances.map(clean) }] },
  ];
}

/** Reads the text of an instance and takes the steps that serving.yaml asks for. */
export function createTextReader(
  steps: TextSteps,
  name: string,
  onInvalid: OnInvalid,
): (instance: unknown, index: number) => string {
  const clean = createCleaner(steps, name, onInvalid);
  return (instance, index) => {
    const { value, where } = textOf(instance, index);
    return clean(value, where);
  };
}

/** Reads an instance `{"text": …, "text_pair": …}`: a question and a passage, a premise and a hypothesis. */
export function createPairReader(
  steps: TextSteps,
  name: string,
  onInvalid: OnInvalid,
): (instance: unknown, index: number) => [text: string, pair: string] {
  const clean = createCleaner(steps, name, onInvalid);
  return (instance, index) => {
    const where = `instances[${index}]`;
    if (typeof instance !== 'object' || instance === null || Array.isArray(instance)) {
      onInvalid(name, 'type');
      throw inputError(where, 'an object with text and text_pair', instance);
    }
    const stranger = Object.keys(instance).find((key) => key !== 'text' && key !== 'text_pair');
    if (stranger !== undefined) throw inputError(where, 'only text and text_pair', stranger);
    const { text, text_pair: pair } = instance as { text?: unknown; text_pair?: unknown };
    return [clean(text, `${where}.text`), clean(pair, `${where}.text_pair`)];
  };
}

function createCleaner(
  steps: TextSteps,
  name: string,
  onInvalid: OnInvalid,
): (value: unknown, where: string) => string {
  const { trim, lowercase, unicode, maxCharacters = MAX_CHARACTERS, tooLong = 'refuse' } = steps;

  function shorten(text: string, where: string, isCounted: boolean): string {
    if (!isCounted) onInvalid(name, 'out_of_range');
    if (tooLong === 'refuse') throw inputError(where, `a text of at most ${maxCharacters} characters`, text);
    // Not through the middle of a character that takes two units.
    return text.slice(0, maxCharacters).replace(/[\ud800-\udbff]$/, '');
  }

  return (value, where) => {
    if (typeof value !== 'string') {
      onInvalid(name, value === undefined ? 'missing' : 'type');
      throw inputError(where, 'a text', value);
    }
    let text = value;
    if (text.length > maxCharacters) text = shorten(text, where, false);
    if (unicode) text = text.normalize(unicode);
    if (trim) text = text.trim();
    if (lowercase) text = text.toLowerCase();
    // A character may become eighteen of them.
    if (text.length > maxCharacters) text = shorten(text, where, value.length > maxCharacters);
    if (KINDS.BYTES.parse(text) === undefined) throw inputError(where, KINDS.BYTES.expected, text);
    return text;
  };
}

function textOf(instance: unknown, index: number): { value: unknown; where: string } {
  const where = `instances[${index}]`;
  if (typeof instance !== 'object' || instance === null || Array.isArray(instance)) return { value: instance, where };
  const stranger = Object.keys(instance).find((key) => key !== 'text');
  if (stranger !== undefined) throw inputError(where, 'only text', stranger);
  return { value: (instance as { text?: unknown }).text, where: `${where}.text` };
}
