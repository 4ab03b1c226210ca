import type { Created } from './create.ts';
import AppGenerator from './index.ts';
import type { CreateJob, Tell } from './job.ts';
import { runInTerminal } from './terminal.ts';

/**
 * Asks in the terminal, then creates the repository. Loaded only where somebody is asked.
 * @throws CANCELLED on Ctrl-C at a prompt
 */
export async function askAndCreate(job: CreateJob, tell: Tell): Promise<Created> {
  const make = (options: object) => new AppGenerator([], { ...options, job, tell } as AppGenerator['options']);
  const generator = await runInTerminal('create-ml-serving:app', make);
  return generator.created as Created;
}
