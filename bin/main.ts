import { CommanderError } from 'commander';
import { ServingError } from '../generators/errors.ts';
import { buildProgram } from './program.ts';
import { reportError } from './report-error.ts';

/** Runs one command line. The only place where an error becomes words and an exit code. */
export async function main(args: readonly string[]): Promise<number> {
  let exitCode = 0;
  const program = buildProgram((code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    // Commander has said what was wrong already; help and version come this way too, with exit code 0.
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const known = error instanceof CommanderError ? usageError(error) : error;
    return reportError(known, { json: args.includes('--json') });
  }
}

function usageError(error: CommanderError): ServingError {
  return new ServingError('USAGE', error.message.replace(/^error: /, ''));
}
