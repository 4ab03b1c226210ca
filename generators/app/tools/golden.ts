import { ServingError } from '../../errors.ts';
import { surroundingsOf } from '../surroundings/surroundings.ts';
import { command } from './command.ts';

/** What `npm run check` prints of a model that a person who brings one has to know. */
const NOTABLE = /^(Wrote|Mind that|Batching is off)/;

/**
 * Has a repository try its model: what the runtime shows of the outputs, and the file does not tell, is written to serving.yaml.
 * @returns what was found, a line each
 * @throws GOLDEN_FAILED where the model does not run, or not as serving.yaml says
 */
export async function tryModel(directory: string): Promise<string[]> {
  const args = ['run', '--silent', 'check', '--', '--write'];
  const { exitCode, stdout, stderr } = await command('npm', args, directory, ['ignore', 'pipe', 'pipe']);
  if (exitCode === 0) return stdout.split('\n').filter((line) => NOTABLE.test(line));
  const hint =
    'The repository is written. Correct what is named, then run npm run check and npm run golden -- --write.';
  throw new ServingError('GOLDEN_FAILED', `The model in ${directory} did not pass its trial: ${stderr.trim()}`, {
    hint,
  });
}

/**
 * Asks the model its golden samples by the repository's own code, which is what will serve it.
 * @param write records the answers; without it they are compared with those that are there
 * @returns what was found, a line each
 * @throws GOLDEN_FAILED; the repository stays as it is
 */
export async function askGolden(directory: string, write: boolean): Promise<string[]> {
  const { manager } = surroundingsOf(directory);
  const args = manager.run('golden', write ? ['--write'] : []);
  const { exitCode, stdout, stderr } = await command(manager.command, args, directory, ['ignore', 'pipe', 'pipe']);
  if (exitCode === 0) return stdout.split('\n').filter(Boolean);
  throw new ServingError('GOLDEN_FAILED', `The golden samples in ${directory} did not pass: ${stderr.trim()}`);
}
