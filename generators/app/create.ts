import { createDirectory } from '../apply/create-directory.ts';
import type { Answers } from '../questions/questions.ts';
import type { CreateJob, Tell } from './job.ts';
import { planRepository, type RepositoryPlan } from './plan.ts';
import { initRepository } from './tools/git.ts';
import { installDependencies } from './tools/install.ts';

/** What was done; `false` means that it was not asked for, or was there already. */
export interface Created {
  readonly plan: RepositoryPlan;
  readonly written: boolean;
  readonly installed: boolean;
  readonly committed: boolean;
}

/**
 * From complete answers to a repository: plan, write, install, commit. Both ways lead through here, the one that asks
 * and the one that does not.
 * @throws WRITE_FAILED, DISK_FULL before anything is kept; INSTALL_FAILED, GIT_FAILED when the repository is written
 */
export async function createRepository(job: CreateJob, answers: Answers, tell: Tell): Promise<Created> {
  const plan = planRepository(answers, job.template);
  if (job.dryRun) return { plan, written: false, installed: false, committed: false };

  createDirectory(job.target, plan.files);
  tell(`Wrote ${plan.files.length} files to ${job.target.path}`);
  if (job.install) {
    tell('Installing dependencies with npm');
    await installDependencies(job.target.path);
  }
  const committed = job.git && (await initRepository(job.target.path, firstCommit(plan)));
  if (job.git)
    tell(
      committed
        ? 'Made a Git repository with a first commit'
        : 'Left Git alone: the directory lies in a work tree already',
    );
  return { plan, written: true, installed: job.install, committed };
}

function firstCommit({ answers, templateVersion }: RepositoryPlan): string {
  return `feat: stamp out ${answers.name} from create-ml-serving ${templateVersion}`;
}
