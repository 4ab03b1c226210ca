import type { NewFile } from '../apply/create-directory.ts';
import { buildRecord } from '../project/record.ts';
import type { Answers } from '../questions/questions.ts';
import { renderTree } from '../render/render-tree.ts';
import type { Template } from '../render/template.ts';
import type { Owner } from '../render/tree.ts';

export interface PlannedFile extends NewFile {
  /** `record` is the generator's own account of what it wrote. */
  readonly owner: Owner | 'record';
}

/** Everything that will be written, before anything is. */
export interface RepositoryPlan {
  readonly answers: Answers;
  readonly templateVersion: string;
  readonly files: readonly PlannedFile[];
}

/** Pure: the whole repository with its record. The dry run, the JSON output and the real run consume this one plan. */
export function planRepository(answers: Answers, template: Template): RepositoryPlan {
  const tree = renderTree(answers, template);
  const record = buildRecord(tree, answers, template.version);
  return {
    answers,
    templateVersion: template.version,
    files: [
      ...[...tree].map(([path, file]) => ({ path, ...file })),
      ...record.map((file) => ({ ...file, mode: 0o644, owner: 'record' as const })),
    ],
  };
}
