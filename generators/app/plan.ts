import type { NewFile } from '../apply/create-directory.ts';
import { NO_POLICY, type Policy } from '../policy/policy.ts';
import { buildRecord } from '../project/record.ts';
import type { Answers } from '../questions/questions.ts';
import { renderTree } from '../render/render-tree.ts';
import { type PlacedFile, withModel } from '../render/with-model.ts';
import type { Unknown } from '../tensor.ts';
import type { Owner } from '../tree.ts';
import { assumptions, realModel } from './given-model.ts';
import type { CreateJob } from './job.ts';

export interface PlannedFile extends NewFile {
  /** `record` is the generator's own account of what it wrote; `given` came from the person, and goes before what is there. */
  readonly owner: Owner | 'record' | 'given';
}

/** Everything that will be written, before anything is. */
export interface RepositoryPlan {
  readonly answers: Answers;
  readonly templateVersion: string;
  readonly policy: Policy;
  readonly files: readonly PlannedFile[];
  /** What nobody has said and the given model's file does not tell. */
  readonly assumed: readonly Unknown[];
}

/** Pure: the whole repository with its record. The dry run, the JSON output and the real run consume this one plan. */
export function planRepository(
  answers: Answers,
  { template, policy = NO_POLICY, model }: Pick<CreateJob, 'template'> & Partial<Pick<CreateJob, 'policy' | 'model'>>,
): RepositoryPlan {
  const tree = renderTree(answers, template);
  const real = model && realModel(model, answers);
  const files: ReadonlyMap<string, PlacedFile> = real ? withModel(tree, answers, real) : tree;
  // Of the tree without the model: to an upgrade it is a release like any other.
  const record = buildRecord({ tree, answers, policy, templateVersion: template.version });
  return {
    answers,
    templateVersion: template.version,
    policy,
    assumed: model ? assumptions(model, answers) : [],
    files: [
      ...[...files].map(([path, file]) => ({
        path,
        ...file,
        ...(real?.files.has(path) && { owner: 'given' as const }),
      })),
      ...record.map((file) => ({ ...file, mode: 0o644, owner: 'record' as const })),
    ],
  };
}
