import { isDeepStrictEqual } from 'node:util';
import { type Document, isMap, LineCounter, type Pair, parseDocument, type Scalar } from 'yaml';
import { ServingError } from '../../errors.ts';
import type { FeatureName } from '../../questions/features.ts';
import type { FeatureDeclaration } from '../../render/features/declaration.ts';
import { servingKey } from '../../render/features/json-keys.ts';
import { leftOut } from '../../render/features/left-out.ts';

/** serving.yaml as the team has it, and as the template wrote it. */
export interface ServingTexts {
  readonly yours: string | null;
  readonly base: string | null;
}

interface Use {
  readonly feature: FeatureName;
  readonly key: string;
  readonly line: number;
}

/**
 * Without a feature its keys of serving.yaml are unknown, and the service would refuse to start with them. Keys that the template
 * wrote are the template's to remove.
 * @throws FEATURE_IN_USE with each key and its line
 */
export function refuseInUse(
  removed: readonly FeatureName[],
  after: readonly FeatureName[],
  declarations: ReadonlyMap<FeatureName, FeatureDeclaration>,
  texts: ServingTexts,
): void {
  if (removed.length === 0 || texts.yours === null) return;
  const uses = usesOf(removed, after, declarations, { yours: texts.yours, base: texts.base });
  if (uses.length === 0) return;
  const lines = uses.map(
    ({ feature, key, line }) => `serving.yaml:${line}: ${key} is set, which belongs to ${feature}`,
  );
  throw new ServingError('FEATURE_IN_USE', lines.join('\n'));
}

function usesOf(
  removed: readonly FeatureName[],
  after: readonly FeatureName[],
  declarations: ReadonlyMap<FeatureName, FeatureDeclaration>,
  { yours, base }: { readonly yours: string; readonly base: string | null },
): Use[] {
  const lines = new LineCounter();
  const [own, wrote] = [parseDocument(yours, { lineCounter: lines }), parseDocument(base ?? '')];
  if (own.errors.length > 0) return [];
  const gone = leftOut(declarations.values(), after).parts('schema');
  return removed.flatMap((feature) =>
    (declarations.get(feature)?.schema ?? []).flatMap((entry): Use[] => {
      const key = servingKey(entry);
      if (key === undefined || !gone.includes(entry) || !own.hasIn(key)) return [];
      if (wrote.hasIn(key) && isDeepStrictEqual(valueAt(own, key), valueAt(wrote, key))) return [];
      return [{ feature, key: entry, line: lines.linePos(offsetOf(own, key)).line }];
    }),
  );
}

function valueAt(document: Document, key: readonly string[]): unknown {
  return (document.getIn(key, true) as { toJS?(of: Document): unknown } | undefined)?.toJS?.(document) ?? null;
}

function offsetOf(document: Document, key: readonly string[]): number {
  const map = key.length === 1 ? document.contents : document.getIn(key.slice(0, -1), true);
  const pair = isMap(map) ? map.items.find((item) => (item as Pair<Scalar>).key.value === key.at(-1)) : undefined;
  return (pair as Pair<Scalar> | undefined)?.key.range?.[0] ?? 0;
}
