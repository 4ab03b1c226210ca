import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import { temporaryFolder } from '../../support/folder.ts';
import { expectClose, readGolden } from '../../support/golden.ts';
import { freePort, post } from '../../support/serve.ts';
import { podman, startContainer } from '../support/containers.ts';
import { imageOf } from '../support/images.ts';
import { localConfig } from '../support/nginx.ts';
import { tool } from '../support/tools.ts';

/** A request whose path is sent as it is, which `fetch` would resolve first. */
function getRaw(port: number, path: string): Promise<{ status: number | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, headers: { host: 'front' } }, async (answer) => {
      let body = '';
      for await (const chunk of answer) body += chunk;
      resolve({ status: answer.statusCode, body });
    })
      .on('error', reject)
      .end();
  });
}

const temporary = temporaryFolder();

test('nginx of the compose profile passes predictions on, and keeps the metrics inside', async () => {
  const { image, directory } = await imageOf('table');
  const { url, container } = await startContainer(image, ['--memory', '256m']);
  const port = await freePort();
  const config = localConfig(directory, temporary, new URL(url).host, port);
  const proxy = spawn(tool('nginx'), ['-c', config, '-g', 'daemon off;'], { stdio: 'ignore' });
  try {
    const front = `http://127.0.0.1:${port}`;
    const golden = readGolden(directory);
    for (let tries = 0; tries < 50 && !(await fetch(front).catch(() => undefined)); tries++) await sleep(50);
    const answer = await fetch(`${front}/predict`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-request-id': 'from-outside' },
      body: JSON.stringify({ instances: [golden.samples[0]?.instance] }),
    });
    expect(answer.headers.get('x-request-id')).toBe('from-outside');
    const { predictions } = (await answer.json()) as { predictions: unknown[] };
    expectClose(predictions[0], golden.samples[0]?.prediction, golden.tolerance);
    for (const path of [
      '/metrics',
      '/metrics?a=b',
      '/metrics/',
      '//metrics',
      '/./metrics',
      '/a/../metrics',
      '/%6detrics',
      '/METRICS',
      `http://serving:8080/metrics`,
    ]) {
      const { status, body } = await getRaw(port, path);
      expect(`${path} ${status}`).toBe(`${path} 404`);
      expect(body).not.toContain('ml_serving_');
    }
    expect((await fetch(`${url}/metrics`)).status).toBe(200);

    // The limit is the service's, and so is the answer.
    const { limits } = parse(readFileSync(join(directory, 'serving.yaml'), 'utf8')) as {
      limits: { maxBodyBytes: number };
    };
    const around = '{"instances":[],"x":""}';
    const sized = (bytes: number) =>
      post(`${front}/predict`, around.replace('""', `"${'x'.repeat(bytes - around.length)}"`));
    expect(await sized(limits.maxBodyBytes)).toMatchObject({ status: 400 });
    expect(await sized(limits.maxBodyBytes + 1)).toMatchObject({ status: 413, body: { code: 'PAYLOAD_TOO_LARGE' } });
    expect(await sized(4 * limits.maxBodyBytes)).toMatchObject({ status: 413, body: { code: 'PAYLOAD_TOO_LARGE' } });
  } finally {
    proxy.kill('SIGTERM');
    await once(proxy, 'exit');
    await podman('rm', '--force', container);
  }
}, 300_000);
