import { planLocales } from './locales.ts';
import type { Patch } from './patch.ts';
import type { Graph } from './schema.ts';
import type { Source } from './source.ts';
import type { ModelSummary } from './summary.ts';
import { planPatterns } from './texts/patterns.ts';
import { planWholeScores } from './whole-scores.ts';
import { planZipMaps, withoutZipMaps, zipMapTexts } from './zipmap.ts';

/** All that has to change in a model for it to be served; empty for most models. */
export interface Plan {
  readonly patches: readonly Patch[];
  /** In words for the person. */
  readonly texts: readonly string[];
  /** A summary as it will be once the plan is carried out. */
  readonly after: (summary: ModelSummary) => ModelSummary;
}

export function planChanges(source: Source, graph: Graph): Plan {
  const zipMaps = planZipMaps(source, graph);
  const others = [planWholeScores(graph), planLocales(source, graph), planPatterns(source, graph)];
  return {
    patches: [...zipMaps.patches, ...others.flatMap(({ patches }) => patches)],
    texts: [...zipMapTexts(zipMaps), ...others.flatMap(({ texts }) => texts)],
    after: (summary) => withoutZipMaps(summary, zipMaps),
  };
}
