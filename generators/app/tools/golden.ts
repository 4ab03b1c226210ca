import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ServingError } from '../../errors.ts';
import type { Tell } from '../job.ts';
import { surroundingsOf } from '../surroundings/surroundings.ts';
import { command } from './command.ts';

/** The part of a repository that compares it with a record, by the layout of this template and of 0.9. */
const COMPARES = ['runtime/cli/against.ts', 'src/cli/against.ts'];

/** What `npm run check` prints of a model that a person who brings one has to know. */
const NOTABLE = /^(Wrote|Mind that|Batching is off)/;

/**
 * Has a repository try its model: what the runtime shows of the outputs, and the file does not tell, is written to serving.yaml.
 * @param record the folder of a record of training that the service is compared with, step by step
 * @param tell gets what was found, a line each, whether the model passes or not
 * @throws GOLDEN_FAILED where the model does not run, not as serving.yaml says, or not as in training
 */
export async function tryModel(directory: string, record: string | undefined, tell: Tell): Promise<void> {
  const args = ['run', '--silent', 'check', '--', '--write', ...againstArgs(directory, record, tell)];
  const { exitCode, stdout, stderr } = await command('npm', args, directory, ['ignore', 'pipe', 'pipe']);
  for (const line of linesOf(stdout)) if (record !== undefined || NOTABLE.test(line)) tell(line);
  if (exitCode === 0) return;
  const hint =
    'The repository is written. Correct what is named, then run npm run check and npm run golden -- --write.';
  throw new ServingError('GOLDEN_FAILED', `The model in ${directory} did not pass its trial: ${stderr.trim()}`, {
    hint,
  });
}

/**
 * Compares a repository with a record of training.
 * @param tell gets each sample and its steps, a line each, whether they agree or not
 * @throws GOLDEN_FAILED that names the first step that differs
 */
export async function compareWithRecord(directory: string, record: string, tell: Tell): Promise<void> {
  const against = againstArgs(directory, record, tell);
  if (against.length === 0) return;
  const { manager } = surroundingsOf(directory);
  const args = manager.run('check', against);
  const { exitCode, stdout, stderr } = await command(manager.command, args, directory, ['ignore', 'pipe', 'pipe']);
  for (const line of linesOf(stdout)) tell(line);
  if (exitCode !== 0) throw new ServingError('GOLDEN_FAILED', `The record of training differs: ${stderr.trim()}`);
}

/** None in a repository whose template does not know of records yet. */
function againstArgs(directory: string, record: string | undefined, tell: Tell): string[] {
  if (record === undefined) return [];
  if (COMPARES.some((path) => existsSync(join(directory, path)))) return ['--against', record];
  tell(
    'Only the answers of the record are compared: this repository has an older template. create-ml-serving regenerate brings the steps',
  );
  return [];
}

/**
 * Asks the model its golden samples by the repository's own code, which is what will serve it.
 * @param write records the answers; without it they are compared with those that are there
 * @param tell gets what was found, a line each, whether the answers agree or not
 * @throws GOLDEN_FAILED; the repository stays as it is
 */
export async function askGolden(directory: string, write: boolean, tell: Tell): Promise<void> {
  const { manager } = surroundingsOf(directory);
  const args = manager.run('golden', write ? ['--write'] : []);
  const { exitCode, stdout, stderr } = await command(manager.command, args, directory, ['ignore', 'pipe', 'pipe']);
  for (const line of linesOf(stdout)) tell(line);
  if (exitCode === 0) return;
  throw new ServingError('GOLDEN_FAILED', `The golden samples in ${directory} did not pass: ${stderr.trim()}`);
}

function linesOf(stdout: string): string[] {
  return stdout.split('\n').filter(Boolean);
}
