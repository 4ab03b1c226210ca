import { isDeepStrictEqual } from 'node:util';
import { parse } from 'yaml';
import { changed, dataAt, type Finding, type Rule } from './side.ts';

export const SERVING_YAML = 'serving.yaml';

/** What clients hold on to of the model that is served. */
export type ServedInterface = Readonly<Record<'name' | 'type' | 'inputs' | 'outputs', unknown>>;

/** Reads it from serving.yaml as a template rendered it; null where that cannot be read. */
export function servedInterface(servingYaml: string): ServedInterface | null {
  try {
    const value: unknown = parse(servingYaml, { maxAliasCount: 0, logLevel: 'error' });
    const { name, type } = dataAt(value, 'model');
    const { inputs, outputs } = value as Record<string, unknown>;
    return { name, type, inputs, outputs };
  } catch {
    return null;
  }
}

/** Which parts differ; none where a side cannot be read. */
export function interfaceDifferences(
  old: ServedInterface | null | undefined,
  fresh: ServedInterface | null | undefined,
): (keyof ServedInterface)[] {
  if (!old || !fresh) return [];
  const parts = Object.keys(fresh) as (keyof ServedInterface)[];
  return parts.filter((part) => !isDeepStrictEqual(old[part], fresh[part]));
}

/** Other columns, labels or shapes, or another name in the URL, are another interface. */
export const modelRule: Rule = (before, after) => {
  if (!changed(before, after, SERVING_YAML)) return [];
  const [old, fresh] = [before, after].map((side) => servedInterface(side.text(SERVING_YAML) ?? ''));
  return interfaceDifferences(old, fresh).map(
    (part): Finding => ({ class: 'breaking', what: `the model has another interface: its ${part} changed` }),
  );
};
