import { isDeepStrictEqual } from 'node:util';
import type { Finding, Rule, Side } from './side.ts';

type Schema = Readonly<Record<string, unknown>>;

const SCHEMA_FILE = /^schema\/[^/]+\.schema\.json$/;

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** What an old file may hold and a new reader refuses, place by place. */
function narrowed(old: unknown, fresh: unknown, place: string): string[] {
  if (!isSchema(old) || !isSchema(fresh)) return [];
  const properties = (schema: Schema) => (isSchema(schema['properties']) ? schema['properties'] : {});
  const [had, has] = [properties(old), properties(fresh)];
  const at = (key: string) => (place === '' ? key : `${place}.${key}`);
  const demanded = asList(fresh['required']).filter((key) => !asList(old['required']).includes(key));
  const refused = asList(old['enum']).filter(
    (value) => isSchema(fresh) && 'enum' in fresh && !asList(fresh['enum']).includes(value),
  );
  return [
    ...demanded.map((key) => `${at(String(key))} is demanded`),
    ...Object.keys(had)
      .filter((key) => !(key in has) && fresh['additionalProperties'] === false)
      .map((key) => `${at(key)} is refused`),
    ...refused.map((value) => `${place || 'the file'} may no longer be ${JSON.stringify(value)}`),
    ...('const' in fresh && !isDeepStrictEqual(old['const'], fresh['const'])
      ? [`${place || 'the file'} must be ${JSON.stringify(fresh['const'])}`]
      : []),
    ...(old['type'] !== undefined && !isDeepStrictEqual(old['type'], fresh['type'])
      ? [`${place} is of another type`]
      : []),
    ...Object.keys(had).flatMap((key) => (key in has ? narrowed(had[key], has[key], at(key)) : [])),
    ...narrowed(old['items'], fresh['items'], `${place}[]`),
  ];
}

function parsed(side: Side, path: string): unknown {
  try {
    return JSON.parse(side.text(path) ?? '');
  } catch {
    return null;
  }
}

/** A schema that refuses what it took before breaks the file that a team has written. */
export const schemaRule: Rule = (before, after) =>
  before.paths
    .filter((path) => SCHEMA_FILE.test(path))
    .flatMap((path): Finding[] => {
      const [old, fresh] = [parsed(before, path), parsed(after, path)];
      if (isDeepStrictEqual(old, fresh)) return [];
      const places = narrowed(old, fresh, '');
      if (places.length > 0) return places.map((what) => ({ class: 'breaking', what: `${path}: ${what}` }));
      return [{ class: 'compatible', what: `${path} takes more than before` }];
    });
