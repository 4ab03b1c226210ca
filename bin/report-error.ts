import { ServingError } from '../generators/errors.ts';
import { paint } from './paint.ts';

/**
 * Says what went wrong and answers the exit code. People read standard error; with `--json` a program reads standard
 * output. The stack is shown only where DEBUG is set.
 */
export function reportError(error: unknown, { json }: { json: boolean }): number {
  const known =
    error instanceof ServingError ? error : new ServingError('INTERNAL', String((error as Error)?.message ?? error));
  const { code, message, hint, exit } = known;
  if (json) console.log(JSON.stringify({ error: { code, message, hint } }, null, 2));
  else console.error(`${paint('red', `error ${code}`)}: ${message}\n${paint('dim', '→')} ${hint}`);
  if (process.env['DEBUG']) console.error((error as Error)?.stack, (error as Error)?.cause ?? '');
  return exit;
}
