import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const CACHE = join(process.cwd(), 'test', '.cache');

export interface Outcome {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Bundles a TypeScript file into a program of its own and returns how to run it. */
export async function program(entry: string, name: string): Promise<(...args: string[]) => Outcome> {
  mkdirSync(CACHE, { recursive: true });
  const outfile = join(CACHE, `${name}.mjs`);
  await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' });
  return (...args) => {
    const { status, signal, stdout, stderr } = spawnSync(process.execPath, [outfile, ...args], { encoding: 'utf8' });
    return { status, signal, stdout, stderr };
  };
}
