import { ServingError } from '../../errors.ts';
import { surroundingsOf } from '../surroundings/surroundings.ts';
import { command } from './command.ts';

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
