import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryFolder } from '../../support/folder.ts';
import { expectClose, readGolden } from '../../support/golden.ts';
import { freePort, post } from '../../support/serve.ts';
import { podman, startContainer } from '../support/containers.ts';
import { imageOf } from '../support/images.ts';
import { localConfig } from '../support/nginx.ts';
import { tool } from '../support/tools.ts';

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
    expect((await fetch(`${front}/metrics`)).status).toBe(404);
    expect((await fetch(`${url}/metrics`)).status).toBe(200);
    const tooBig = await post(`${front}/predict`, `"${'x'.repeat(5_000_000)}"`).catch(() => ({ status: 413 }));
    expect(tooBig.status).toBe(413);
  } finally {
    proxy.kill('SIGTERM');
    await once(proxy, 'exit');
    await podman('rm', '--force', container);
  }
}, 300_000);
