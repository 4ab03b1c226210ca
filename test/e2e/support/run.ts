import { spawn } from 'node:child_process';
import { bin } from './packed.ts';

export interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Milliseconds after which a command that hangs is killed, and the test fails. */
  readonly timeout?: number;
}

/** Runs a command without a terminal and without standard input, as a CI job does. */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Result> {
  const { cwd, env = process.env, timeout = 600_000 } = options;
  // A group of its own, so that what hangs is killed with all that it has started.
  const detached = process.platform !== 'win32';
  const child = spawn(command, args, { cwd, env: childEnv(env), stdio: ['ignore', 'pipe', 'pipe'], detached });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    output.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output.stderr += chunk;
  });
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(
        new Error(`${command} ${args.join(' ')} did not end within ${timeout} ms:\n${output.stdout}${output.stderr}`),
      );
      if (detached && child.pid) killGroup(child.pid);
      else child.kill('SIGKILL');
    }, timeout);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, ...output });
    });
  });
}

function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (error) {
    // All of it has ended by itself.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** What Jest sets for itself is not for the commands under test. */
export function childEnv(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, JEST_WORKER_ID: __, NODE_ENV: ___, ...rest } = env;
  return rest;
}

/** Runs the packed command line. */
export function cli(args: readonly string[], options: RunOptions = {}): Promise<Result> {
  return run(process.execPath, [bin, ...args], options);
}

/** Runs a command that must succeed, and shows what it printed where it does not. */
export async function must(command: string, args: readonly string[], options: RunOptions = {}): Promise<Result> {
  const result = await run(command, args, options);
  if (result.code !== 0) {
    throw new Error(`${command} ${args.join(' ')} ended with ${result.code}:\n${result.stdout}\n${result.stderr}`);
  }
  return result;
}
