import { Writable } from 'node:stream';
import { createLogger, TerminalAdapter } from '@yeoman/adapter';
import { createEnv } from 'yeoman-environment';
import type Generator from 'yeoman-generator';
import { ServingError } from '../errors.ts';

/** Yeoman's own remarks (on versions, on installs it does not make) are not for this command's users; errors are thrown. */
const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
const silent = createLogger({ stdout: nowhere, stderr: nowhere } as object as Parameters<typeof createLogger>[0]);

/** What every generator is made with. */
export interface TerminalOptions {
  readonly env: ReturnType<typeof createEnv>;
  readonly resolved: string;
  readonly namespace: string;
  readonly help: boolean;
  readonly skipCheckEnv: boolean;
}

/**
 * Runs a Yeoman generator in the terminal. This module pulls in the whole Yeoman stack (half a second): it is loaded
 * only where somebody is asked.
 * @throws CANCELLED on Ctrl-C at a prompt
 */
export async function runInTerminal<G extends Generator>(
  namespace: string,
  make: (options: TerminalOptions) => G,
): Promise<G> {
  const env = createEnv({ adapter: new TerminalAdapter({ log: silent }), skipInstall: true });
  const generator = make({ env, resolved: 'unknown', namespace, help: false, skipCheckEnv: true });
  try {
    await env.runGenerator(generator as unknown as Parameters<typeof env.runGenerator>[0]);
  } catch (error) {
    if ((error as Error).name === 'ExitPromptError') {
      throw new ServingError('CANCELLED', 'Stopped at a question.', { cause: error });
    }
    throw error;
  }
  return generator;
}
