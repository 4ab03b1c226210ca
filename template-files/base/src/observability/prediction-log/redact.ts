import { createHmac } from 'node:crypto';

/** Fields that a log may not hold as they are. */
export interface Redaction {
  readonly remove: readonly string[];
  readonly hash: readonly string[];
  /** Secret key of the hashes: without it nobody can find a value by trying. */
  readonly salt: string;
}

/** How the inputs of a model are named, so that a list is known by its places. */
export interface Names {
  /** Columns of a row; empty for models without. */
  readonly columns: readonly string[];
  /** The name of an instance that is a single value (a text, a picture, a tensor). */
  readonly single: string | undefined;
}

export type Redact = (instance: unknown) => unknown;

/** What stands for a removed value where leaving it out would shift the others. */
const REMOVED = '[redacted]';

/** Undefined when there is nothing to redact. What cannot be told apart by names is left out as a whole. */
export function createRedact({ remove, hash, salt }: Redaction, { columns, single }: Names): Redact | undefined {
  const how = new Map<string, (value: unknown) => unknown>([
    ...hash.map((name): [string, (value: unknown) => unknown] => [name, (value) => digest(value, salt)]),
    ...remove.map((name): [string, (value: unknown) => unknown] => [name, () => REMOVED]),
  ]);
  if (how.size === 0) return undefined;
  const field = (name: string, value: unknown): unknown => (how.get(name) ?? ((same: unknown) => same))(value);
  return (instance) => {
    if (Array.isArray(instance) && columns.length > 0) {
      return instance.length === columns.length ? instance.map((value, i) => field(columns[i] ?? '', value)) : REMOVED;
    }
    if (typeof instance === 'object' && instance !== null && !Array.isArray(instance)) {
      return Object.fromEntries(Object.entries(instance).map(([name, value]) => [name, field(name, value)]));
    }
    return single === undefined ? REMOVED : field(single, instance);
  };
}

/** The same value has the same hash: rows can still be grouped by it. */
function digest(value: unknown, salt: string): string {
  return `hmac:${createHmac('sha256', salt)
    .update(JSON.stringify(value) ?? '')
    .digest('hex')
    .slice(0, 32)}`;
}
