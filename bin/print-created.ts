import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Created } from '../generators/app/create.ts';
import type { GivenModel } from '../generators/app/given-model.ts';
import type { Surroundings } from '../generators/app/surroundings/surroundings.ts';
import { bytesOf } from '../generators/contents.ts';
import { outdatedAnswers } from '../generators/questions/outdated.ts';
import { paint } from './paint.ts';
import { surroundingNotes } from './surrounding-notes.ts';

export interface PrintOptions {
  readonly json: boolean;
  readonly model: GivenModel | undefined;
  readonly surroundings: Surroundings;
}

/** What was done, or would be, and what to type next. */
export function printCreated(created: Created, directory: string, { json, model, surroundings }: PrintOptions): void {
  if (json) {
    const answer = { ...toJson(created, directory), ...(model && { model: modelJson(model, created) }) };
    console.log(JSON.stringify(answer, null, 2));
    return;
  }
  if (!created.written) printPlan(created, directory);
  printAssumed(created);
  for (const line of outdatedAnswers(created.plan.answers)) printNote(`Outdated: ${line}.`);
  const unanswered = model !== undefined && model.golden === undefined;
  const record = model?.record?.folder;
  if (created.written) printNextSteps(created, { unanswered, record }, directory, surroundings);
  if (created.written)
    for (const note of surroundingNotes(directory, created.plan.answers, surroundings)) printNote(note);
}

function modelJson({ file, intake, golden }: GivenModel, { plan, installed }: Created): object {
  const { changes, sha256 } = intake;
  const { notes } = intake.propose(plan.answers.modelType);
  const answers = golden ? 'given' : installed ? 'recorded' : 'open';
  return { file, sha256, changes, notes, assumed: plan.assumed, golden: answers };
}

/** What nobody said is listed, with the place where it is said. */
function printAssumed({ plan }: Created): void {
  if (plan.assumed.length === 0) return;
  console.error('\nNot in the file, so assumed; say it in serving.yaml:');
  for (const { path, question } of plan.assumed) console.error(`  ${path}: ${question}`);
}

function toJson({ plan, actions, written, installed, committed }: Created, directory: string): object {
  return {
    directory,
    templateVersion: plan.templateVersion,
    answers: plan.answers,
    policy: { presets: plan.policy.presets },
    written,
    installed,
    committed,
    files: plan.files.map(({ path, owner, mode, bytes }) => ({
      path,
      owner,
      action: actions.get(path) ?? 'create',
      mode: mode.toString(8),
      bytes: bytes.length,
    })),
  };
}

function printPlan({ plan, actions }: Created, directory: string): void {
  const record = plan.files.filter((file) => file.owner === 'record');
  const files = plan.files.length - record.length;
  console.log(`Would write ${files} files to ${directory} (template ${plan.templateVersion}):`);
  const remarks = { create: '', same: '  (there already)', overwrite: '  (overwrites)', keep: '  (kept as it is)' };
  for (const { path, owner } of plan.files) {
    if (owner !== 'record') console.log(`  ${owner.padEnd(8)}${path}${remarks[actions.get(path) ?? 'create']}`);
  }
  console.log(`  ${'record'.padEnd(8)}.ml-serving/ (${record.length} files)`);
}

function printNote(note: string): void {
  console.error(`\n${note}`);
}

function printNextSteps(
  { plan, installed }: Created,
  { unanswered, record }: { readonly unanswered: boolean; readonly record: string | undefined },
  directory: string,
  { manager, workspace }: Surroundings,
): void {
  const here = fromHere(directory);
  const steps: readonly (readonly [command: string, what: string])[] = [
    ...(here === '' ? [] : [[`cd ${quote(here)}`, ''] as const]),
    ...(installed ? [] : [[workspace ? manager.installText : 'npm install', 'install the dependencies'] as const]),
    ...(unanswered && !installed
      ? [
          [
            manager.runText('check', '--write'),
            'try the model, which was not possible before the installation',
          ] as const,
          [manager.runText('golden', '--write'), "record the model's answer to the sample"] as const,
        ]
      : []),
    ...(record !== undefined && !installed
      ? [
          [
            manager.runText('check', `--write --against ${quote(record)}`),
            'try the model, and compare the service with the record of training step by step',
          ] as const,
        ]
      : []),
    [`${manager.command} start`, 'serve the model at http://localhost:8080'],
    [manager.runText('predict', example(plan, directory)), 'ask it'],
    [`${manager.command} test`, 'boot it and test it with the real model'],
  ];
  const lines = steps.map(
    ([command, what]) => `  ${what ? paint('dim', `# ${what}\n  `) : ''}${paint('bold', command)}`,
  );
  console.error(`\nNext:\n${lines.join('\n')}`);
}

const GOLDEN = 'model/golden.json';

/** The golden samples as they are now: where the model refused the planned one, there is another. */
function goldenBytes({ files }: Created['plan'], directory: string): Uint8Array | undefined {
  try {
    return readFileSync(join(directory, GOLDEN));
  } catch {
    const planned = files.find((file) => file.path === GOLDEN);
    return planned && bytesOf(planned.bytes);
  }
}

/** The first golden sample's instance as an argument for a shell; a long one would only hide the line. */
function example(plan: Created['plan'], directory: string): string {
  const golden = goldenBytes(plan, directory);
  const { samples } = JSON.parse(Buffer.from(golden ?? '{"samples":[]}').toString('utf8')) as {
    samples: { instance: unknown }[];
  };
  const instance = JSON.stringify(samples[0]?.instance) ?? '';
  // cmd.exe has another idea of quotes than JSON.
  if (process.platform === 'win32') return '<json or file>';
  return instance === '' || instance.length > 160 ? "'<json or file>'" : quote(instance);
}

/** The shorter way to name the directory. The one we stand in may have been removed meanwhile. */
function fromHere(directory: string): string {
  try {
    const path = relative(process.cwd(), directory);
    return path.startsWith('..') ? directory : path;
  } catch {
    return directory;
  }
}

/** As one word of a shell, whatever it holds. */
function quote(text: string): string {
  if (/^[\w./\\:@-]+$/.test(text)) return text;
  return process.platform === 'win32' ? `"${text}"` : `'${text.replaceAll("'", "'\\''")}'`;
}
