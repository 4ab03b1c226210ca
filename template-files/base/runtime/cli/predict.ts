import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { withoutMark } from '../byte-order-mark.ts';
import { readCommandLine } from '../command-line.js';
import { loadConfig } from '../config.ts';
import { jsonProblem, ServiceError } from '../errors.ts';
import { createLogger } from '../observability/logger.ts';
import { createService } from '../service.ts';
import { loadHooks } from '../team.ts';
import { pictureInstance, toInstances } from './instances.ts';

const COMMAND = {
  usage: `npm run predict -- '<json or file>' [--url http://localhost:8080]`,
  about:
    'Sends instances and prints the predictions: one instance, a list of them or {"instances": [...]};\n' +
    'for a model of pictures also a picture file.',
  flags: {
    url: {
      type: 'string',
      value: 'URL',
      help: 'a running service; without it the service is started for this one request',
    },
  },
  positionals: true,
  example: 'npm run predict -- --url http://localhost:8080 instances.json',
  exitCodes: { 0: 'predicted', 1: 'refused or not reachable, with the reason' },
} as const;

function readArguments(): { url: string | undefined; value: unknown } {
  const { values, positionals } = readCommandLine(COMMAND);
  const [source, ...more] = positionals;
  if (source === undefined || more.length > 0) throw new ServiceError('INVALID_REQUEST', `usage: ${COMMAND.usage}`);
  const file = existsSync(source) ? readFileSync(source) : undefined;
  const picture = file && pictureInstance(source, file);
  if (picture) return { url: values.url, value: picture };
  const text = file?.toString('utf8') ?? source;
  try {
    return { url: values.url, value: JSON.parse(withoutMark(text)) };
  } catch (error) {
    throw new ServiceError(
      'INVALID_JSON',
      `expected JSON or a file of JSON: ${jsonProblem(error)}\nusage: ${COMMAND.usage}`,
    );
  }
}

async function send(url: string, instances: readonly unknown[]): Promise<void> {
  const response = await fetch(new URL('/predict', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ instances }),
  });
  const text = await response.text();
  let body: { predictions?: unknown; error?: string; code?: string } = {};
  try {
    body = JSON.parse(text);
  } catch {
    throw new ServiceError('INVALID_REQUEST', `${url} answered ${response.status} and no JSON: is it this service?`);
  }
  if (!response.ok) throw new ServiceError('INVALID_REQUEST', `${body.error} (${body.code})`);
  console.log(JSON.stringify(body.predictions, null, 2));
}

async function sendToOwn(instances: readonly unknown[]): Promise<void> {
  const config = loadConfig({ ...process.env, WORKERS: '1' });
  const { server, predictor } = await createService(config, createLogger('silent'), { hooks: await loadHooks() });
  try {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    await predictor.start();
    await send(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, instances);
  } finally {
    server.close();
    server.closeAllConnections();
    await predictor.close();
  }
}

try {
  const { url, value } = readArguments();
  await (url === undefined ? sendToOwn(toInstances(value)) : send(url, toInstances(value)));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
