import { isDeepStrictEqual } from 'node:util';
import { isData } from '../../questions/data.ts';
import { dataAt } from './side.ts';

const DEEPEST = 50;

function listed(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** What a reader of an answer could rely on before and no longer can, place by place. */
export function weakened(old: unknown, fresh: unknown, place = '', depth = 0): string[] {
  if (depth > DEEPEST || !isData(old) || !isData(fresh)) return [];
  const at = (key: string) => (place === '' ? key : `${place}.${key}`);
  const [had, has] = [dataAt(old, 'properties'), dataAt(fresh, 'properties')];
  const unsure = listed(old['required']).filter(
    (key) => !listed(fresh['required']).includes(key) && String(key) in has,
  );
  const values = 'enum' in old ? listed(fresh['enum']).filter((value) => !listed(old['enum']).includes(value)) : [];
  const isOther = (key: string) => key in old && !isDeepStrictEqual(old[key], fresh[key]);
  return [
    ...Object.keys(had).flatMap((key) => (key in has ? [] : [`${at(key)} is gone`])),
    ...unsure.map((key) => `${at(String(key))} may be missing`),
    ...(isOther('type') || isOther('$ref') ? [`${place || 'the whole'} is of another type`] : []),
    ...values.map((value) => `${place || 'the whole'} may be ${JSON.stringify(value)}`),
    ...Object.keys(had).flatMap((key) => (key in has ? weakened(had[key], has[key], at(key), depth + 1) : [])),
    ...weakened(old['items'], fresh['items'], `${place}[]`, depth + 1),
  ];
}
