import { createHmac } from 'node:crypto';
import { toJsonText } from '../../observability/json-text.ts';

/** Fields that a log may not hold as they are. */
export interface Redaction {
  readonly remove: readonly string[];
  readonly hash: readonly string[];
  /** Secret key of the hashes: without it no value can be found by trying. */
  readonly salt: string;
  /** Whether a preprocess hook takes instances whose fields are the team's own. */
  readonly hooked: boolean;
}

/** How the inputs of a model are named in a line of the log. */
export interface Names {
  /** Every name that serving.yaml may ask for, and the fields of a line that it covers. */
  readonly covers: ReadonlyMap<string, readonly string[]>;
  /** Fields of a row that is a list, in their order; empty for models without columns. */
  readonly row: readonly string[];
  /** Columns of an input, where it is a field of its own. */
  readonly parts: ReadonlyMap<string, readonly string[]>;
  /** The field that an instance is which is no object (a text, a picture, a tensor). */
  readonly single: string | undefined;
}

export type Redact = (instance: unknown) => unknown;
type Hide = (value: unknown) => unknown;

/** What stands for a removed value where leaving it out would shift the others. */
const REMOVED = '[redacted]';

/** Undefined when there is nothing to redact. What has no names to distinguish is left out completely. */
export function createRedact({ remove, hash, salt, hooked }: Redaction, names: Names): Redact | undefined {
  const { covers, row, parts, single } = names;
  if (remove.length + hash.length === 0) return undefined;
  const fieldsOf = (name: string) => covers.get(name) ?? [name];
  const hides = new Map<string, Hide>([
    ...hash.flatMap(fieldsOf).map((name): [string, Hide] => [name, (value) => digest(value, salt)]),
    // After the hashes: where a field is in both lists it is removed.
    ...remove.flatMap(fieldsOf).map((name): [string, Hide] => [name, () => REMOVED]),
  ]);
  // What a hook makes of a field of its own can be anywhere in the tensors.
  const ofHook = [...remove, ...hash].some((name) => !covers.has(name));

  function field(name: string, value: unknown): unknown {
    const hide = hides.get(name);
    if (hide) return hide(value);
    const columns = parts.get(name);
    if (columns?.some((column) => hides.has(column))) return byPlace(columns, value);
    return hooked ? within(value) : value;
  }

  function byPlace(columns: readonly string[], values: unknown): unknown {
    const fits = Array.isArray(values) && values.length === columns.length && !values.some(isNested);
    return fits ? values.map((value, i) => field(columns[i] as string, value)) : REMOVED;
  }

  function byName(instance: object): unknown {
    return Object.fromEntries(Object.entries(instance).map(([name, value]) => [name, field(name, value)]));
  }

  /** Only a hook takes what has fields deeper down. */
  function within(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(within);
    return hasFields(value) ? byName(value) : value;
  }

  return (instance) => {
    if (hasFields(instance)) {
      // The contract names all fields, a hook may name the same thing otherwise.
      return hooked && !Object.keys(instance).some((name) => hides.has(name)) ? REMOVED : byName(instance);
    }
    if (ofHook) return REMOVED;
    if (Array.isArray(instance) && row.length > 0) return byPlace(row, instance);
    return single === undefined ? REMOVED : field(single, instance);
  };
}

function isNested(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function hasFields(value: unknown): value is object {
  return isNested(value) && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

/** A keyed hash (HMAC-SHA256 of the JSON text). The same value has the same one: rows can still be grouped by it. */
export function digest(value: unknown, salt: string): string {
  return `hmac:${createHmac('sha256', salt)
    .update(toJsonText(value) ?? '')
    .digest('hex')
    .slice(0, 32)}`;
}
