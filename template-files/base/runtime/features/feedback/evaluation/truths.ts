import { describe, ServiceError } from '../../../errors.ts';
import { namesOf } from '../../../tables/cells.ts';
import { readCsv } from '../../../tables/csv.ts';

/** A true label or amount, and the prediction that it belongs to. */
export interface Truth {
  readonly id: string;
  readonly instance: number;
  /** The number of a class, or an amount. */
  readonly truth: number;
  /** Who it is about, where the file says so: truths of one client are not independent. */
  readonly key: string | undefined;
}

const MAX_RECORD = 1024 * 1024;

/**
 * The rows of a CSV with the columns `id`, `label` (or `value` where the model predicts an amount), and optionally `instance` and
 * `key`. Further columns are passed over. By `id` and instance.
 * @throws DATA_INVALID with the line of the first row that is wrong
 */
export async function readTruths(
  chunks: AsyncIterable<Buffer>,
  labels: readonly string[] | undefined,
): Promise<ReadonlyMap<string, Truth>> {
  const wanted = labels ? 'label' : 'value';
  const truths = new Map<string, Truth>();
  let names: readonly string[] | undefined;
  for await (const { line, cells, problem } of readCsv(chunks, MAX_RECORD)) {
    if (problem !== undefined) throw wrong(line, problem);
    if (!names) {
      names = namesOf(cells);
      const lost = ['id', wanted].filter((name) => !names?.includes(name));
      if (lost.length > 0) throw wrong(line, `expected the columns id and ${wanted}, found no ${lost.join(', ')}`);
      continue;
    }
    if (cells.length !== names.length) throw wrong(line, `expected ${names.length} fields, found ${cells.length}`);
    const cell = (name: string): string => Buffer.from(cells[names?.indexOf(name) ?? -1] ?? '', 'latin1').toString();
    const [id, place, key] = [cell('id'), cell('instance'), cell('key')];
    if (id === '') throw wrong(line, 'id: expected the id of an answer, found nothing');
    if (!/^\d{0,9}$/.test(place))
      throw wrong(line, `instance: expected a whole number from 0, found ${describe(place)}`);
    const truth = { id, instance: Number(place), truth: truthOf(cell(wanted), labels, line), key: key || undefined };
    const at = truthKey(id, truth.instance);
    if (truths.has(at)) throw wrong(line, `id: expected each prediction once, found ${describe(id)} twice`);
    truths.set(at, truth);
  }
  if (truths.size === 0) throw new ServiceError('DATA_INVALID', 'expected rows, found none');
  return truths;
}

/** The key of a prediction in a map: its request and its place there. */
export function truthKey(id: string, instance: number): string {
  return `${instance} ${id}`;
}

function truthOf(text: string, labels: readonly string[] | undefined, line: number): number {
  if (!labels) {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (!Number.isFinite(value)) throw wrong(line, `value: expected a number, found ${describe(text)}`);
    return value;
  }
  const place = labels.indexOf(text);
  if (place >= 0) return place;
  const known = `${labels.slice(0, 12).join(', ')}${labels.length > 12 ? ', …' : ''}`;
  throw wrong(line, `label: expected one of ${known}, found ${describe(text)}`);
}

function wrong(line: number, message: string): ServiceError {
  return new ServiceError('DATA_INVALID', `line ${line}: ${message}`);
}
