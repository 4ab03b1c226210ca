import { relative } from 'node:path';
import type { Created } from '../generators/app/create.ts';
import { paint } from './paint.ts';

/** What was done, or would be, and what to type next. */
export function printCreated(created: Created, directory: string, json: boolean): void {
  if (json) console.log(JSON.stringify(toJson(created, directory), null, 2));
  else if (created.written) printNextSteps(created, directory);
  else printPlan(created, directory);
}

function toJson({ plan, written, installed, committed }: Created, directory: string): object {
  return {
    directory,
    templateVersion: plan.templateVersion,
    answers: plan.answers,
    written,
    installed,
    committed,
    files: plan.files.map(({ path, owner, mode, bytes }) => ({
      path,
      owner,
      mode: mode.toString(8),
      bytes: bytes.length,
    })),
  };
}

function printPlan({ plan }: Created, directory: string): void {
  console.log(`Would write ${plan.files.length} files to ${directory} (template ${plan.templateVersion}):`);
  for (const { path, owner } of plan.files.filter((file) => file.owner !== 'record'))
    console.log(`  ${owner.padEnd(8)}${path}`);
  console.log(
    `  ${'record'.padEnd(8)}.ml-serving/ (${plan.files.filter((file) => file.owner === 'record').length} files)`,
  );
}

function printNextSteps({ installed }: Created, directory: string): void {
  const relativePath = relative(process.cwd(), directory);
  const here = relativePath.startsWith('..') ? directory : relativePath;
  const steps: [string, string][] = [
    ...(here === '' ? [] : [[`cd ${quote(here)}`, ''] as [string, string]]),
    ...(installed ? [] : [['npm install', 'install the dependencies'] as [string, string]]),
    ['npm start', 'serve the model at http://localhost:8080'],
    ['npm run predict', 'ask it for the golden samples'],
    ['npm test', 'boot it and test it with the real model'],
  ];
  console.error(
    `\nNext:\n${steps.map(([command, what]) => `  ${paint('bold', command.padEnd(18))}${paint('dim', what)}`.trimEnd()).join('\n')}`,
  );
}

/** A path with a space is typed in quotes. */
function quote(path: string): string {
  return /^[\w./\\:@-]+$/.test(path) ? path : `"${path}"`;
}
