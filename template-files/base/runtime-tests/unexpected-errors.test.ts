import { portOf, start } from './helpers/process.ts';

/* The rule for errors that no code handles, as docs/RUNBOOK.md has it, in a real process. Signals are what raises them. */

const raise = (signal: string, what: string) =>
  `--import=data:text/javascript,${encodeURIComponent(`process.on('${signal}',()=>{${what}})`)}`;

const REJECT = raise('SIGUSR2', "Promise.reject(new Error('nobody awaits this'))");
const REJECT_NOTHING = raise('SIGUSR2', 'Promise.reject()');
const THROW = raise('SIGUSR2', "setInterval(()=>{throw new Error('thrown in a timer')},1)");

async function ready(nodeOptions: string) {
  const server = start({ NODE_OPTIONS: nodeOptions });
  await server.seen('"msg":"ready"');
  return { ...server, url: `http://127.0.0.1:${portOf(server.output())}` };
}

test.each([
  ['an error', REJECT, 'nobody awaits this'],
  ['nothing', REJECT_NOTHING, 'undefined'],
])('a promise that rejects with %s is logged with its stack, counted and survived', async (_, options, reason) => {
  const { child, seen, output, url, exit } = await ready(options);
  child.kill('SIGUSR2');
  await seen('a promise rejected and no code handled it');
  const line = output()
    .split('\n')
    .find((text) => text.includes('a promise rejected'));
  expect(JSON.parse(line ?? '')).toMatchObject({
    level: 50,
    err: { message: reason, stack: expect.stringContaining('    at ') },
  });
  expect(await (await fetch(`${url}/predict/test`)).json()).toMatchObject({ agrees: true });
  const metrics = await (await fetch(`${url}/metrics`)).text();
  expect(metrics).toContain('ml_serving_unexpected_errors_total{kind="unhandledRejection"} 1');
  expect(metrics).toContain('ml_serving_unexpected_errors_total{kind="uncaughtException"} 0');
  child.kill('SIGTERM');
  expect(await exit).toEqual([0, null]);
});

test('an error that is thrown in a timer, again and again, ends the process after a shutdown, and the log says why', async () => {
  const { child, seen, output, exit } = await ready(THROW);
  child.kill('SIGUSR2');
  await seen('an error was thrown and no code handled it: the process ends');
  expect(await exit).toEqual([1, null]);
  expect(output()).toContain('thrown in a timer');
  expect(output()).toContain('"signal":"uncaughtException"');
  expect(output()).toContain('"msg":"stopped"');
});
