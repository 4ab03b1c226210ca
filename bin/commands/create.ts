import { existsSync } from 'node:fs';
import { basename, isAbsolute, join } from 'node:path';
import { type Created, createRepository } from '../../generators/app/create.ts';
import type { GivenModel } from '../../generators/app/given-model.ts';
import type { CreateJob, Tell } from '../../generators/app/job.ts';
import { ownPackage } from '../../generators/app/package.ts';
import { type Surroundings, surroundingsOf } from '../../generators/app/surroundings/surroundings.ts';
import { findExecutable } from '../../generators/app/tools/find-executable.ts';
import { isFreshRepository } from '../../generators/app/tools/git.ts';
import { inspectTarget, type Target } from '../../generators/apply/target.ts';
import { ServingError } from '../../generators/errors.ts';
import { linkTexts } from '../../generators/onnx/intake.ts';
import { NO_POLICY, type Policy } from '../../generators/policy/policy.ts';
import { MANIFEST_PATH, POLICY_PATH } from '../../generators/project/manifest.ts';
import type { GivenAnswers } from '../../generators/questions/answers.ts';
import { parseAnswersFile } from '../../generators/questions/answers-file.ts';
import { plainLocks, refuseLocked } from '../../generators/questions/locks.ts';
import { neededLines } from '../../generators/questions/needed.ts';
import { parseSetFlags } from '../../generators/questions/set-flags.ts';
import { settleAnswers } from '../../generators/questions/settle.ts';
import { MAX_WRITTEN_BYTES } from '../../generators/questions/written-file.ts';
import { featureRules } from '../../generators/render/features/declarations.ts';
import { loadTemplate } from '../../generators/render/load-template.ts';
import { sampleOf } from '../../generators/render/samples.ts';
import { readGivenModel } from '../given-model.ts';
import { paint } from '../paint.ts';
import { printCreated } from '../print-created.ts';
import { readLimited } from '../read-limited.ts';
import { readPolicy } from '../read-policy.ts';

export interface CreateFlags {
  readonly yes?: boolean;
  readonly answers?: string;
  readonly set: readonly string[];
  /** The broadest first. */
  readonly preset: readonly string[];
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly install: boolean;
  readonly git: boolean;
  readonly force?: boolean;
  readonly model?: string;
  /** Of a model of token ids; looked for beside the model where none is named. */
  readonly tokenizer?: string;
  /** Samples with the training library's answers. */
  readonly golden?: string;
}

/** `create-ml-serving <directory>`: stamps out a repository. @returns the exit code */
export async function create(directory: string | undefined, flags: CreateFlags): Promise<number> {
  const policy = readPolicy(flags.preset) ?? NO_POLICY;
  const said = { ...readAnswers(flags.answers), ...parseSetFlags(flags.set) };
  refuseLocked(policy.locks, said);
  const given = { ...said, ...plainLocks(policy.locks) };
  const target = inspectTarget(fromHere(nameDirectory(directory, given)));
  const isFresh = await isFreshTarget(target);
  if (!isFresh) refuseOccupied(target, flags);
  const surroundings = surroundingsOf(target.path);
  requireTools(flags, surroundings);
  refuseLeaving(target, policy);

  const model = givenModel(flags, given);
  const { version, templateFolder } = ownPackage();
  const template = loadTemplate(templateFolder, version);
  const job: CreateJob = {
    target,
    template,
    policy,
    given,
    context: {
      directoryName: basename(target.path),
      defaults: defaultsOf(policy, model),
      locks: policy.locks,
      ...(model && { modelType: model.intake.schema.modelType }),
      features: featureRules(template),
      sample: (modelType) => (model ? model.intake.propose(modelType) : sampleOf(template, modelType)),
    },
    model,
    install: flags.install,
    surroundings,
    isFresh,
    git: flags.git,
    dryRun: flags.dryRun === true,
  };
  const tell = (line: string) => console.error(`${paint('green', '•')} ${line}`);
  if (model && !flags.json)
    for (const line of [...model.intake.changes, ...linkTexts(model.intake.externalData), ...notesOf(model, given)])
      tell(line);
  if (policy.presets.length > 0 && !flags.json) tell(policyLine(policy));
  const created = asks(flags)
    ? await (await import('../../generators/app/run.ts')).askAndCreate(job, tell)
    : await createSettled(job, tell);
  printCreated(created, target.path, { json: flags.json === true, model, surroundings });
  return 0;
}

/** Without questions. */
function createSettled(job: CreateJob, tell: Tell): Promise<Created> {
  const answers = settleAnswers(job.given, job.context);
  for (const line of neededLines(job.given, answers, job.context)) tell(line);
  return createRepository(job, answers, tell);
}

/** Questions are for a person at a terminal: a pipe, a CI job and a program that reads JSON get the defaults. */
function asks(flags: CreateFlags): boolean {
  return !flags.yes && !flags.json && process.stdin.isTTY === true && process.stdout.isTTY === true;
}

function givenModel({ model, tokenizer, golden }: CreateFlags, { modelType }: GivenAnswers): GivenModel | undefined {
  if (model !== undefined) return readGivenModel({ model, tokenizer, golden }, modelType);
  const flag = tokenizer !== undefined ? '--tokenizer' : golden !== undefined ? '--golden' : undefined;
  if (flag) throw new ServingError('USAGE', `${flag} goes with --model: it belongs to a model.`);
  return undefined;
}

function policyLine({ presets, locks }: Policy): string {
  const fixed = Object.keys(locks);
  return `Under the policy of ${presets.join(', ')}${fixed.length > 0 ? `, which fixes ${fixed.join(', ')}` : ''}`;
}

/** What a model's file tells is more than what its owners mostly have. */
function defaultsOf({ defaults }: Policy, model: GivenModel | undefined): Policy['defaults'] {
  if (model === undefined) return defaults;
  const { modelType: _type, inputs: _inputs, outputs: _outputs, ...others } = defaults;
  return others;
}

function notesOf({ intake }: GivenModel, { modelType }: GivenAnswers): readonly string[] {
  return (modelType === undefined ? intake.schema : intake.propose(modelType)).notes;
}

function readAnswers(file: string | undefined): GivenAnswers {
  if (file === undefined) return {};
  try {
    return parseAnswersFile(readLimited(file, MAX_WRITTEN_BYTES), file);
  } catch (error) {
    if (error instanceof ServingError) throw error;
    throw new ServingError(
      'ANSWERS_UNREADABLE',
      `The answers file ${file} cannot be read: ${(error as Error).message}`,
      { cause: error },
    );
  }
}

function nameDirectory(directory: string | undefined, given: GivenAnswers): string {
  if (directory !== undefined) return directory;
  if (given.name !== undefined) return given.name;
  throw new ServingError('USAGE', 'Which directory? For example: create-ml-serving my-model', {
    hint: 'See create-ml-serving --help.',
  });
}

/** A relative path needs a place to start from, and ours may have been removed. */
function fromHere(directory: string): string {
  try {
    if (!isAbsolute(directory)) process.cwd();
    return directory;
  } catch (cause) {
    throw new ServingError('DIRECTORY_INVALID', `${directory} is relative to a directory that is gone.`, { cause });
  }
}

/** What --force writes over a repository would follow none of what its policy fixes, and say nothing of it. */
function refuseLeaving({ path }: Target, policy: Policy): void {
  if (policy.presets.length > 0 || !existsSync(join(path, POLICY_PATH))) return;
  throw new ServingError('POLICY_LOCKED', `${path} is under a policy (${POLICY_PATH}), which would be dropped.`, {
    hint: 'Name it with --preset FILE, or leave it first: create-ml-serving regenerate --preset none.',
  });
}

/** A repository that was just made by a host, or by `git init`, is as good as an empty directory. */
async function isFreshTarget({ path, state, entries }: Target): Promise<boolean> {
  return state === 'occupied' && findExecutable('git') !== undefined && (await isFreshRepository(path, entries));
}

function refuseOccupied({ path, state, entries }: Target, flags: CreateFlags): void {
  if (state !== 'occupied' || flags.force) return;
  const shown = entries.slice(0, 10).join(', ');
  const more = entries.length > 10 ? ` and ${entries.length - 10} more` : '';
  const stampedOut = existsSync(join(path, MANIFEST_PATH));
  throw new ServingError('DIRECTORY_NOT_EMPTY', `${path} is not empty: it holds ${shown}${more}.`, {
    ...(stampedOut && {
      hint: 'It is a stamped-out repository: create-ml-serving regenerate keeps what was edited in it.',
    }),
  });
}

/** Said before anything is asked or written, not after. */
function requireTools(flags: CreateFlags, { manager, workspace }: Surroundings): void {
  if (flags.dryRun) return;
  if (flags.install && !findExecutable(manager.command)) {
    const why = workspace ? `, which the workspace ${workspace.root} is installed with` : '';
    throw new ServingError('NPM_NOT_FOUND', `There is no ${manager.command} on the PATH${why}.`);
  }
  if (flags.git && !findExecutable('git')) throw new ServingError('GIT_NOT_FOUND', 'There is no git on the PATH.');
}
