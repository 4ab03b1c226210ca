import type { StartOptions } from './serve.ts';
import { stopSignal } from './stop-signal.ts';

/** Serves until the process is stopped. Never rejects: an error ends the process with exit code 1, after a line that names it. */
export async function start(options: StartOptions = {}): Promise<void> {
  // Loading takes a while, and a signal may come meanwhile.
  const { serve } = await import('./serve.ts');
  await serve(options, stopSignal);
}
