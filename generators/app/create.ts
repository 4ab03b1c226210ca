import { createDirectory } from '../apply/create-directory.ts';
import { applyOverlay, type OverlayAction, type OverlayStep, planOverlay } from '../apply/overlay.ts';
import { ServingError } from '../errors.ts';
import { recordNotes } from '../onnx/training-record.ts';
import type { Answers } from '../questions/questions.ts';
import type { Unknown } from '../tensor.ts';
import type { GivenModel } from './given-model.ts';
import { type HeldSignal, holdSignals } from './hold-signals.ts';
import type { CreateJob, Tell } from './job.ts';
import { planRepository, type RepositoryPlan } from './plan.ts';
import { initRepository } from './tools/git.ts';
import { askGolden, tryModel } from './tools/golden.ts';
import { installDependencies } from './tools/install.ts';

/** What was done; `false` means that it was not asked for, or was there already. */
export interface Created {
  readonly plan: RepositoryPlan;
  /** What happens to each file, by path; only where the directory holds others. */
  readonly actions: ReadonlyMap<string, OverlayAction>;
  readonly written: boolean;
  readonly installed: boolean;
  readonly committed: boolean;
}

/**
 * From complete answers to a repository: plan, write, install, commit. Both ways lead through here, the one that asks
 * and the one that does not.
 * @throws DISK_FULL, NOT_WRITABLE, APPLY_FAILED before anything is kept; INTERRUPTED, INSTALL_FAILED, GIT_FAILED when the
 * repository is written
 */
export async function createRepository(job: CreateJob, answers: Answers, tell: Tell): Promise<Created> {
  const plan = planRepository(answers, job);
  const overlay = job.target.state === 'occupied' ? planOverlay(job.target.path, plan.files) : [];
  const actions = new Map(overlay.map(({ action, change }) => [change.path, action]));
  if (job.dryRun) return { plan, actions, written: false, installed: false, committed: false };

  const signal = await holdSignals(() => {
    if (job.target.state === 'occupied') writeOver(job.target.path, overlay, tell);
    else createDirectory(job.target, plan.files);
  });
  if (signal) throw interrupted(job, signal);
  const written = plan.files.filter(({ path, owner }) => owner !== 'record' && actions.get(path) !== 'keep').length;
  tell(`Wrote ${written} files to ${job.target.path}`);

  if (job.install) {
    tell(`Installing dependencies with ${job.surroundings.manager.command}`);
    await installDependencies(job.target.path);
  }
  // Asked before the commit, which then holds the answers; a model that fails is told when all else is done.
  const failure = job.install && job.model ? await recordGolden(job.target.path, job.model, plan, tell) : undefined;
  const committed = job.git && (await commitFirst(job, { plan, actions, tell }));
  if (failure) throw failure;
  return { plan, actions, written: true, installed: job.install, committed };
}

/** The repository's own code runs the model: the one that will serve it. Answers to samples that nobody answered are the model's own: they show later that it still is the same model. */
async function recordGolden(
  directory: string,
  { golden, record }: GivenModel,
  { assumed }: RepositoryPlan,
  tell: Tell,
): Promise<ServingError | undefined> {
  for (const line of record ? recordNotes(record) : []) tell(line);
  tell('Trying the model');
  try {
    await tryWithSamples(directory, golden !== undefined, record?.folder, tell);
    tell(golden ? "Comparing the model's answers with the golden samples" : "Recording the model's answer to a sample");
    await askGolden(directory, golden === undefined, tell);
    return undefined;
  } catch (error) {
    if (error instanceof ServingError) return withAssumptions(error, assumed);
    throw error;
  }
}

/** A model that misses its samples: the differences of all of them are shown, before the reason of the first. */
async function tryWithSamples(
  directory: string,
  hasSamples: boolean,
  record: string | undefined,
  tell: Tell,
): Promise<void> {
  try {
    await tryModel(directory, record, tell);
  } catch (error) {
    // It fails for the same reason: what it shows before counts.
    if (hasSamples) await askGolden(directory, false, tell).catch(() => {});
    throw error;
  }
}

/** What a model fails on may be what was assumed of it: the two are read together. */
function withAssumptions(error: ServingError, assumed: readonly Unknown[]): ServingError {
  if (assumed.length === 0) return error;
  const list = assumed.map(({ path, question }) => `  ${path}: ${question}`);
  const message = `${error.message}\nNot in the model's file, so assumed in serving.yaml:\n${list.join('\n')}`;
  return new ServingError(error.code, message, { hint: error.hint, cause: error });
}

function writeOver(directory: string, overlay: readonly OverlayStep[], tell: Tell): void {
  const list = (wanted: OverlayAction) =>
    overlay.filter(({ action }) => action === wanted).map(({ change }) => change.path);
  const folder = applyOverlay(directory, overlay);
  if (folder) tell(`Overwrote ${list('overwrite').join(', ')}; what they held is in ${folder}/`);
  if (list('keep').length > 0) tell(`Kept ${list('keep').join(', ')}: the team's, written only where they are missing`);
}

function interrupted({ target }: CreateJob, signal: HeldSignal): ServingError {
  return new ServingError('INTERRUPTED', `${signal} came while ${target.path} was written; all files are there.`);
}

async function commitFirst(
  { target, isFresh }: CreateJob,
  { plan, actions, tell }: Pick<Created, 'plan' | 'actions'> & { readonly tell: Tell },
): Promise<boolean> {
  const message = `feat: stamp out ${plan.answers.name} from create-ml-serving ${plan.templateVersion}`;
  const paths = plan.files.map(({ path }) => path);
  const isKept = (path: string) => actions.get(path) === 'keep';
  const { made, ignored } = await initRepository(target.path, {
    written: paths.filter((path) => !isKept(path)),
    kept: paths.filter(isKept),
    message,
    isFresh,
  });
  const done = isFresh
    ? 'Committed to the Git repository of the directory'
    : 'Made a Git repository with a first commit';
  tell(made ? done : 'Left Git alone: the directory lies in a work tree already');
  if (ignored.length > 0) {
    tell(`Left out of the commit, because they were there before and Git ignores them: ${ignored.join(', ')}`);
  }
  return made;
}
