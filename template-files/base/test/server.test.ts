import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { ROOT } from '../src/config.ts';

interface Process {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly exit: Promise<unknown[]>;
  seen(text: string): Promise<void>;
}

/** Starts the built server as the container does. */
function start(env: Record<string, string> = {}): Process {
  const child = spawn(process.execPath, ['dist/server.js'], {
    cwd: ROOT,
    env: { ...process.env, PORT: '0', HOST: '127.0.0.1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
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

const portOf = (output: string) => /"port":(\d+)/.exec(output)?.[1];

test('starts, answers and ends cleanly on SIGTERM', async () => {
  const server = start();
  await server.seen('"msg":"ready"');
  const response = await fetch(`http://127.0.0.1:${portOf(server.output())}/predict/test`);
  expect(await response.json()).toMatchObject({ agrees: true });
  server.child.kill('SIGTERM');
  expect(await server.exit).toEqual([0, null]);
  expect(server.output()).toContain('"msg":"stopped"');
});

test.each<[string, Record<string, string>, string]>([
  ['a wrong port', { PORT: 'http' }, 'environment PORT: expected an integer from 0 to 65535, found \\"http\\"'],
  ['a wrong log level', { LOG_LEVEL: 'loud' }, 'environment LOG_LEVEL: expected one of trace'],
  ['a missing contract', { SERVING_CONFIG: 'nowhere.yaml' }, 'CONFIG_INVALID'],
])('%s stops the process with one clear line', async (_, env, message) => {
  const server = start(env);
  expect(await server.exit).toEqual([1, null]);
  expect(server.output()).toContain(message);
  expect(server.output()).not.toContain('    at ');
});
