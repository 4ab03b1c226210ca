import type { Move } from '../migration.ts';

/**
 * Where the files of the template are from 0.10.0 on, of every version before it. `npm run moves` writes this table; a path that
 * "moves" to itself is no longer rendered and is none of the files of its folder's new place.
 */
export const moves: readonly Move[] = [
  { from: 'src/', to: 'runtime/' },
  { from: 'src/drift/', to: 'runtime/features/drift/' },
  { from: 'src/drift/watched.ts', to: 'runtime/inference/watched.ts' },
  { from: 'src/feedback/', to: 'runtime/features/feedback/' },
  { from: 'src/http/routes/feedback.ts', to: 'runtime/features/feedback/routes.ts' },
  { from: 'src/http/routes/page.ts', to: 'runtime/features/page/index.ts' },
  { from: 'src/http/whole/', to: 'runtime/features/http-fast-path/' },
  { from: 'src/observability/bin-series.ts', to: 'runtime/features/drift/bin-series.ts' },
  { from: 'src/observability/prediction-log/', to: 'runtime/features/prediction-log/' },
  { from: 'src/prediction-log.ts', to: 'runtime/features/prediction-log/open.ts' },
  { from: 'src/variants/', to: 'runtime/features/variants/' },
];
