import type { Move } from '../migration.ts';

/**
 * Where the files of the template are from 0.10.0 on, of every version before it. `npm run moves` writes this table; a path that
 * "moves" to itself is no longer rendered and is none of the files of its folder's new place.
 */
export const moves: readonly Move[] = [
  { from: 'src/', to: 'runtime/' },
  { from: 'src/batch/', to: 'runtime/features/batch/' },
  { from: 'src/batch/cells.ts', to: 'runtime/tables/cells.ts' },
  { from: 'src/batch/csv.ts', to: 'runtime/tables/csv.ts' },
  { from: 'src/batch/json-lines.ts', to: 'runtime/tables/json-lines.ts' },
  { from: 'src/batch/lines.ts', to: 'runtime/tables/lines.ts' },
  { from: 'src/cli/batch.ts', to: 'runtime/features/batch/cli/batch.ts' },
  { from: 'src/cli/evaluation-input.ts', to: 'runtime/features/feedback/cli/evaluation-input.ts' },
  { from: 'src/cli/training-rows.ts', to: 'runtime/features/drift/training-rows.ts' },
  { from: 'src/contract/problem.ts', to: 'runtime/contract/rule.ts' },
  { from: 'src/contract/rule.ts', to: 'src/contract/rule.ts' },
  { from: 'src/drift/', to: 'runtime/features/drift/' },
  { from: 'src/drift/watched.ts', to: 'runtime/inference/watched.ts' },
  { from: 'src/evaluation/', to: 'runtime/features/feedback/evaluation/' },
  { from: 'src/feedback/', to: 'runtime/features/feedback/' },
  { from: 'src/field-names.ts', to: 'runtime/features/prediction-log/field-names.ts' },
  { from: 'src/http/room.ts', to: 'runtime/http/byte-budget.ts' },
  { from: 'src/http/routes/feedback.ts', to: 'runtime/features/feedback/routes.ts' },
  { from: 'src/http/routes/page.ts', to: 'runtime/features/page/index.ts' },
  { from: 'src/http/whole/', to: 'runtime/features/http-fast-path/' },
  { from: 'src/http/whole/request.ts', to: 'runtime/http/buffered-request.ts' },
  { from: 'src/inference/lane.ts', to: 'runtime/inference/executor.ts' },
  { from: 'src/inference/model-file.ts', to: 'src/inference/model-file.ts' },
  { from: 'src/inference/onnx-header.ts', to: 'runtime/inference/model-file.ts' },
  { from: 'src/observability/bin-series.ts', to: 'runtime/features/drift/bin-series.ts' },
  { from: 'src/observability/feedback-health.ts', to: 'runtime/features/feedback/metrics.ts' },
  { from: 'src/observability/prediction-log/', to: 'runtime/features/prediction-log/' },
  { from: 'src/start.ts', to: 'runtime/serve.ts' },
  { from: 'src/variants/', to: 'runtime/features/variants/' },
];
