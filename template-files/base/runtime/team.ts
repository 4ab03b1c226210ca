import type { Configure, Hooks } from './api.ts';

/*
 * The one place where runtime/ reads src/: for commands and tests, which do not begin in src/server.ts. The service itself gets
 * both from there.
 */

/** The hooks of src/hooks/index.ts. */
export async function loadHooks(): Promise<Hooks> {
  const { hooks } = await import('../src/hooks/index.ts');
  return hooks;
}

/** `configure` of src/app.ts. */
export async function loadConfigure(): Promise<Configure> {
  const { configure } = await import('../src/app.ts');
  return configure;
}
