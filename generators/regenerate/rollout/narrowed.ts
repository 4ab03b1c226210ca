import { isDeepStrictEqual } from 'node:util';
import { type Data, isData } from '../../questions/data.ts';
import { dataAt } from './side.ts';

/** Bounds that let less through when they fall, and when they rise. */
const UPPER = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties'];
const LOWER = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties'];
/** Of these nobody can say whether the new one lets less through. */
const OPAQUE = ['pattern', 'const', 'type', 'anyOf', 'oneOf', 'allOf', 'not', 'if', 'then', 'else', 'uniqueItems'];
const DEEPEST = 50;

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Follows `#/definitions/name`; a reference that leads nowhere is a schema that says nothing. */
function resolved(schema: unknown, root: unknown): unknown {
  const reference = isData(schema) ? schema['$ref'] : undefined;
  if (typeof reference !== 'string') return schema;
  const keys = reference.split('/').slice(1);
  return keys.reduce<unknown>((value, key) => (isData(value) ? value[key] : undefined), root);
}

function bounds(old: Data, fresh: Data, name: string): string[] {
  const tighter = (keys: readonly string[], isTighter: (from: number, to: number) => boolean) =>
    keys.flatMap((key) => {
      const [from, to] = [old[key], fresh[key]];
      if (typeof to !== 'number' || (typeof from === 'number' && !isTighter(from, to))) return [];
      return [`${name} has ${key} ${to}${typeof from === 'number' ? ` instead of ${from}` : ''}`];
    });
  return [...tighter(UPPER, (from, to) => to < from), ...tighter(LOWER, (from, to) => to > from)];
}

function opaque(old: Data, fresh: Data, name: string): string[] {
  return OPAQUE.flatMap((key) => {
    if (!(key in fresh) || isDeepStrictEqual(old[key], fresh[key])) return [];
    if (key === 'const') return [`${name} must be ${JSON.stringify(fresh[key])}`];
    return [key === 'type' ? `${name} is of another type` : `${name} has another ${key}`];
  });
}

/** What was taken before and is refused now, place by place. */
export function narrowed(old: unknown, fresh: unknown): string[] {
  return compare(old, fresh, '', { old, fresh }, 0);
}

function compare(before: unknown, after: unknown, place: string, roots: Data, depth: number): string[] {
  const [old, fresh] = [resolved(before, roots['old']), resolved(after, roots['fresh'])];
  if (depth > DEEPEST || !isData(old) || !isData(fresh)) return [];
  const name = place || 'the whole';
  const [had, has] = [dataAt(old, 'properties'), dataAt(fresh, 'properties')];
  const at = (key: string) => (place === '' ? key : `${place}.${key}`);
  const demanded = asList(fresh['required']).filter((key) => !asList(old['required']).includes(key));
  const isClosed = fresh['additionalProperties'] === false;
  const refused = 'enum' in fresh ? asList(old['enum']).filter((value) => !asList(fresh['enum']).includes(value)) : [];
  const onlyListed = 'enum' in fresh && !('enum' in old) && !('const' in old);
  return [
    ...demanded.map((key) => `${at(String(key))} is demanded`),
    ...Object.keys(had).flatMap((key) => (!(key in has) && isClosed ? [`${at(key)} is refused`] : [])),
    ...(isClosed && old['additionalProperties'] !== false ? [`${name} takes no other keys`] : []),
    ...refused.map((value) => `${name} may no longer be ${JSON.stringify(value)}`),
    ...(onlyListed ? [`${name} must be one of ${JSON.stringify(fresh['enum'])}`] : []),
    ...bounds(old, fresh, name),
    ...opaque(old, fresh, name),
    ...Object.keys(had).flatMap((key) => (key in has ? compare(had[key], has[key], at(key), roots, depth + 1) : [])),
    ...compare(old['items'], fresh['items'], `${place}[]`, roots, depth + 1),
  ];
}
