import { createDirectory } from '../apply/create-directory.ts';
import { OVERWRITTEN_FOLDER, overlay } from '../apply/overlay.ts';
import { ServingError } from '../errors.ts';
import type { Answers } from '../questions/questions.ts';
import { type HeldSignal, holdSignals } from './hold-signals.ts';
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
 * @throws DISK_FULL, NOT_WRITABLE, APPLY_FAILED before anything is kept; INSTALL_FAILED, GIT_FAILED, INTERRUPTED when the repository is written
 */
export async function createRepository(job: CreateJob, answers: Answers, tell: Tell): Promise<Created> {
  const plan = planRepository(answers, job.template);
  if (job.dryRun) return { plan, written: false, installed: false, committed: false };

  const signal = await holdSignals(() => write(job, plan, tell));
  if (signal) throw interrupted(job, signal);
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

function write({ target }: CreateJob, { files }: RepositoryPlan, tell: Tell): void {
  if (target.state === 'occupied') {
    const overwritten = overlay(target.path, files);
    if (overwritten.length > 0) {
      tell(`Overwrote ${overwritten.join(', ')}; what they held is in ${OVERWRITTEN_FOLDER}/`);
    }
  } else createDirectory(target, files);
  tell(`Wrote ${files.length} files to ${target.path}`);
}

function interrupted({ target }: CreateJob, signal: HeldSignal): ServingError {
  return new ServingError('INTERRUPTED', `${signal} came while ${target.path} was written; all files are there.`);
}

function firstCommit({ answers, templateVersion }: RepositoryPlan): string {
  return `feat: stamp out ${answers.name} from create-ml-serving ${templateVersion}`;
}
