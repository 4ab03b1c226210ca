import { isUtf8 } from 'node:buffer';
import { mayBeMissing, takesTexts } from '../contract/column-rules.ts';
import { type Datatype, type Feature, hasBatchAxis, type Serving, takesPairs } from '../contract/serving.ts';
import { describe, ServiceError } from '../errors.ts';
import { hasColumns } from '../inference/preprocess/columns.ts';

/** Makes an instance of the cells of a record. */
export type ToInstance = (cells: readonly string[]) => Record<string, unknown>;

/** A column of a table of instances, as cells are read for it. */
export interface CellColumn {
  readonly datatype: Datatype;
  readonly nullable: boolean;
}

/** Written so that each digit has one place only: a long cell that is no number costs no more than its length. */
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;
const INTEGER = /^[+-]?\d+$/;
/** A sign and the 20 digits of the largest integer of 64 bits; no integer is longer that a column holds. */
const MAX_INTEGER = 21;
const JSON_NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
/** How tools write that there is no number. */
const NOTHING = /^(nan|na|n\/a|null|none)$/i;

/**
 * How the cells below a header become instances: by column, as its datatype asks. What a cell does not hold stays as it is, so
 * that the refusal shows it.
 * @param strict names that are none of the model's are refused here; a preprocess hook may take others
 */
export function createToInstance(
  serving: Serving,
  header: readonly string[],
  id: string | undefined,
  strict: boolean,
): ToInstance {
  const columns = columnsOf(serving);
  const names = namesOf(header);
  const twice = repeated(names);
  if (twice !== undefined) throw headerError(`the column ${describe(twice)} stands twice`);
  if (id !== undefined && !names.includes(id)) throw headerError(`there is no column ${describe(id)} (--id)`);
  const strange = names.filter((name) => name !== id && !columns.has(name));
  if (strict && strange.length > 0) {
    const known = [...columns.keys()].join(', ');
    throw headerError(
      `expected the columns ${known}, found ${describe(strange[0])}; a key of your own is named with --id`,
    );
  }
  return (cells) => {
    if (cells.length !== names.length) {
      throw new ServiceError('INVALID_INPUT', `the record: expected ${names.length} cells, found ${cells.length}`);
    }
    const pairs = names.map((name, i): [string, unknown] => {
      const text = decode(cells[i] ?? '');
      return [name, name === id ? text : toValue(text, columns.get(name))];
    });
    return Object.fromEntries(pairs);
  };
}

/** The columns that a table of instances has. */
export function columnsOf(serving: Serving): ReadonlyMap<string, CellColumn> {
  const { inputs, outputs, model } = serving;
  if (model.type === 'text-classification') {
    const names = takesPairs(inputs) ? ['text', 'text_pair'] : ['text'];
    return new Map(names.map((name) => [name, { datatype: 'BYTES', nullable: false }]));
  }
  if (!model.type.startsWith('tabular-') || !hasColumns(inputs)) {
    throw noTable(`a ${model.type} model without columns`);
  }
  if (!hasBatchAxis(serving)) {
    const whole = [...inputs, ...outputs].filter(({ shape }) => shape[0] !== -1);
    const names = whole.map(({ name, shape }) => `"${name}" is [${shape.join(', ')}]`).join(', ');
    throw noTable(`a model whose instances are whole tensors, not rows (in serving.yaml ${names}),`);
  }
  return new Map(
    inputs.flatMap(({ name, datatype, features }) =>
      (features ?? [{ name }]).map((feature: Feature): [string, CellColumn] => [
        feature.name,
        { datatype: takesTexts(feature) ? 'BYTES' : datatype, nullable: mayBeMissing(feature) },
      ]),
    ),
  );
}

function noTable(what: string): ServiceError {
  return new ServiceError('INVALID_REQUEST', `--input: ${what} takes no CSV; expected a .jsonl file of instances`);
}

/**
 * A cell as its column asks; what the column does not hold stays as it is. A column that is not the model's is for a
 * preprocess hook, which gets of a number what it gets of JSON: a number.
 */
export function toValue(text: string, column: CellColumn | undefined): unknown {
  if (!column) return JSON_NUMBER.test(text.trim()) ? (exactOf(text.trim()) ?? text.trim()) : text;
  const { datatype, nullable } = column;
  if (datatype === 'BYTES') return text === '' && nullable ? null : text;
  const cell = text.trim();
  if (cell === '' || (nullable && NOTHING.test(cell))) return null;
  if (datatype === 'BOOL') return /^(true|1)$/i.test(cell) ? true : /^(false|0)$/i.test(cell) ? false : text;
  if (datatype.startsWith('FP')) return NUMBER.test(cell) ? Number(cell) : cell;
  if (!INTEGER.test(cell)) return cell;
  return exactOf(cell) ?? (cell.length <= MAX_INTEGER ? BigInt(cell.replace('+', '')) : cell);
}

/** A number; undefined for an integer beyond 2^53, which would be rounded. */
function exactOf(text: string): number | undefined {
  const number = Number(text);
  return INTEGER.test(text) && !Number.isSafeInteger(number) ? undefined : number;
}

/** The first name that comes again, if any. */
export function repeated(names: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return names.find((name) => {
    if (seen.has(name)) return true;
    seen.add(name);
    return false;
  });
}

/** The names in a header. */
export function namesOf(header: readonly string[]): readonly string[] {
  return header.map((cell) => decode(cell).trim());
}

/** The text of a cell that was read as latin1. */
export function decode(cell: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what is ASCII needs no decoding
  if (/^[\x00-\x7f]*$/.test(cell)) return cell;
  const bytes = Buffer.from(cell, 'latin1');
  if (!isUtf8(bytes)) throw new ServiceError('INVALID_INPUT', 'the record is not UTF-8');
  return bytes.toString('utf8');
}

function headerError(message: string): ServiceError {
  return new ServiceError('INVALID_REQUEST', `--input, its header: ${message}`);
}
