import { runInTerminal } from '../app/terminal.ts';
import RegenerateGenerator, { type RegenerateOptions } from './index.ts';

/**
 * Asks the new questions in the terminal, then acts. Loaded only where somebody is asked.
 * @throws CANCELLED on Ctrl-C at a prompt
 */
export async function askAndUpgrade(options: Pick<RegenerateOptions, 'project' | 'act'>): Promise<void> {
  const make = (common: object) =>
    new RegenerateGenerator([], { ...common, ...options } as RegenerateGenerator['options']);
  await runInTerminal('create-ml-serving:regenerate', make);
}
