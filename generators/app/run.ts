import { Writable } from 'node:stream';
import { createLogger, TerminalAdapter } from '@yeoman/adapter';
import { createEnv } from 'yeoman-environment';
import { ServingError } from '../errors.ts';
import type { Created } from './create.ts';
import AppGenerator from './index.ts';
import type { CreateJob, Tell } from './job.ts';

/** Yeoman's own remarks (on versions, on installs it does not make) are not for this command's users; errors are thrown. */
const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
const silent = createLogger({ stdout: nowhere, stderr: nowhere } as object as Parameters<typeof createLogger>[0]);

/**
 * Runs the Yeoman generator in the terminal. This module pulls in the whole Yeoman stack (half a second): it is loaded
 * only where somebody is asked.
 * @throws CANCELLED on Ctrl-C at a prompt
 */
export async function askAndCreate(job: CreateJob, tell: Tell): Promise<Created> {
  const env = createEnv({ adapter: new TerminalAdapter({ log: silent }), skipInstall: true });
  const generator = new AppGenerator([], {
    env,
    job,
    tell,
    resolved: 'unknown',
    namespace: 'create-ml-serving:app',
    help: false,
    skipCheckEnv: true,
  });
  try {
    await env.runGenerator(generator);
  } catch (error) {
    if ((error as Error).name === 'ExitPromptError') {
      throw new ServingError('CANCELLED', 'Stopped at a question.', { cause: error });
    }
    throw error;
  }
  return generator.created as Created;
}
