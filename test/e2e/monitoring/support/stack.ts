import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { tool } from '../../delivery/support/tools.ts';
import { freePort } from '../../support/serve.ts';

/*
 * Prometheus and Alertmanager with the repository's own configuration and rules, in which minutes are made into seconds: what
 * takes a night in production takes a minute here.
 */

export interface Stack {
  readonly prometheus: string;
  readonly alertmanager: string;
  /** What came to the receivers, by receiver. */
  readonly received: readonly { readonly receiver: string; readonly alerts: readonly Alert[] }[];
  stop(): Promise<void>;
}

export interface Alert {
  readonly status: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Starts both over the files of a repository, with its service at `target`. */
export async function startStack(directory: string, folder: string, target: string): Promise<Stack> {
  const received: { receiver: string; alerts: Alert[] }[] = [];
  const hook = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    received.push(JSON.parse(body));
    response.end();
  }).listen(0, '127.0.0.1');
  await once(hook, 'listening');
  const hookUrl = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`;
  const [port, alertPort] = [await freePort(), await freePort()];
  writeConfiguration(directory, folder, { target, hookUrl, alertmanager: `127.0.0.1:${alertPort}` });

  const programs = [
    start('prometheus-alertmanager', folder, [
      '--config.file=alertmanager.yaml',
      '--storage.path=alertmanager',
      '--cluster.listen-address=',
      `--web.listen-address=127.0.0.1:${alertPort}`,
    ]),
    start('prometheus', folder, [
      '--config.file=prometheus.yaml',
      '--storage.tsdb.path=data',
      // What it sends before it knows of Alertmanager is lost; the next time is a minute later otherwise.
      '--rules.alert.resend-delay=2s',
      `--web.listen-address=127.0.0.1:${port}`,
    ]),
  ];
  const stack = { prometheus: `http://127.0.0.1:${port}`, alertmanager: `http://127.0.0.1:${alertPort}` };
  for (const [i, url] of [stack.alertmanager, stack.prometheus].entries()) {
    await until(`${url} is ready\n${programs[i]?.log()}`, async () => (await fetch(`${url}/-/ready`)).ok || undefined);
  }
  return {
    ...stack,
    received,
    async stop() {
      for (const { child } of programs) {
        child.kill('SIGTERM');
        if (child.exitCode === null) await once(child, 'exit');
      }
      hook.closeAllConnections();
      hook.close();
    },
  };
}

function start(program: string, cwd: string, args: readonly string[]) {
  const child = spawn(tool(program), args, { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.on('data', (chunk) => {
    log += chunk;
  });
  return { child, log: () => log };
}

interface Places {
  readonly target: string;
  readonly hookUrl: string;
  readonly alertmanager: string;
}

function writeConfiguration(directory: string, folder: string, { target, hookUrl, alertmanager }: Places): void {
  const read = (path: string) => readFileSync(join(directory, 'monitoring', path), 'utf8');
  mkdirSync(join(folder, 'rules'), { recursive: true });
  for (const name of readdirSync(join(directory, 'monitoring', 'rules'))) {
    writeFileSync(join(folder, 'rules', name), inSeconds(read(`rules/${name}`)));
  }
  const prometheus = read('prometheus/prometheus.yaml')
    .replace('scrape_interval: 15s', 'scrape_interval: 1s')
    .replace('evaluation_interval: 30s', 'evaluation_interval: 1s')
    .replace('/etc/prometheus/rules', 'rules')
    .replace('alertmanager:9093', alertmanager)
    .replace('serving:8080', target);
  writeFileSync(join(folder, 'prometheus.yaml'), prometheus);
  const routes = read('alertmanager/alertmanager.yaml')
    .replace(/group_wait: .*/g, 'group_wait: 1s')
    .replace(/group_interval: .*/g, 'group_interval: 1s')
    .replace(/^ {2}- name: (page|ticket|watchdog)$/gm, `$&\n    webhook_configs: [{ url: "${hookUrl}" }]`);
  writeFileSync(join(folder, 'alertmanager.yaml'), routes);
}

const WINDOWS: Readonly<Record<string, string>> = { '5m': '6s', '6h': '20s', '1h': '20s' };

/** Windows, waits and intervals of the rules; with a sample each second, a sum over rates counts seconds. */
function inSeconds(rules: string): string {
  return rules
    .replace(/\[(\d+[mhd])\]/g, (_, window: string) => `[${WINDOWS[window] ?? '20s'}]`)
    .replaceAll('offset 1d', 'offset 10s')
    .replace(/^( +)for: .*$/gm, '$1for: 3s')
    .replace(/^( +)interval: .*$/gm, '$1interval: 1s')
    .replace(/\* (30|60)(?= >=|$)/gm, '* 1');
}

/** Asks until there is an answer; a guard against hanging, not a measure. */
export async function until<T>(what: string, ask: () => Promise<T | undefined>, seconds = 90): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  while (Date.now() < deadline) {
    const answer = await ask().catch(() => undefined);
    if (answer !== undefined) return answer;
    await sleep(100);
  }
  throw new Error(`waited ${seconds} s until ${what}`);
}

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

/** An instant query. */
export async function query({ prometheus }: Stack, expr: string): Promise<readonly Series[]> {
  const response = await fetch(`${prometheus}/api/v1/query?${new URLSearchParams({ query: expr })}`);
  const { status, error, data } = (await response.json()) as {
    status: string;
    error?: string;
    data: { result: Series[] };
  };
  if (status !== 'success') throw new Error(`${expr}: ${error}`);
  return data.result;
}
