import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { ROOT } from '../../runtime/root.ts';
import { built } from './built.ts';
import { SAMPLE } from './service.ts';

export interface Process {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly exit: Promise<unknown[]>;
  seen(text: string): Promise<void>;
}

const running = new Set<ChildProcess>();
// A test that failed may not have come to the end of its server.
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts the built server as the container does, on a port of its own. */
export function start(env: Record<string, string> = {}): Process {
  return startFile(built('server')[0] ?? '', env);
}

/** The same for another entry. */
export function startFile(file: string, env: Record<string, string> = {}): Process {
  const child = spawn(process.execPath, [file], {
    cwd: ROOT,
    env: { ...process.env, SERVING_CONFIG: SAMPLE, PORT: '0', HOST: '127.0.0.1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  child.on('exit', () => running.delete(child));
  let output = '';
  const collect = (chunk: Buffer) => {
    output += chunk;
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const exit = once(child, 'exit');
  return {
    child,
    output: () => output,
    exit,
    async seen(text) {
      while (!output.includes(text)) {
        if (child.exitCode !== null) throw new Error(`ended before "${text}": ${output}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
  };
}

/** Where a server says that it listens. */
export const portOf = (output: string) => Number(/"port":(\d+)/.exec(output)?.[1]);
