import { setTimeout as sleep } from 'node:timers/promises';
import { must, type Result } from '../../support/run.ts';
import { freePort } from '../../support/serve.ts';
import { tool } from './tools.ts';

/** How an orchestrator with a restricted security policy runs a container. */
export const HARDENED = [
  ...['--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
  // podman inside of a container cannot raise these.
  ...['--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1024:1024'],
];

export function podman(...args: readonly string[]): Promise<Result> {
  return must(tool('podman'), ['--runtime', 'runc', ...args]);
}

/** Builds with buildah alone: no daemon, no registry. */
export function buildImage(context: string, image: string, args: readonly string[] = []): Promise<Result> {
  const build = ['bud', '--pull-never', '--isolation', 'chroot', '--format', 'docker', '--timestamp', '0'];
  return must(tool('buildah'), [...build, ...args, '--tag', image, context], { timeout: 280_000 });
}

/** Starts a container and waits until it is ready. */
export async function startContainer(image: string, args: readonly string[]) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const start = Date.now();
  const publish = ['--publish', `127.0.0.1:${port}:8080`];
  const { stdout } = await podman('run', '--detach', ...HARDENED, ...publish, ...args, image);
  const container = stdout.trim();
  while (Date.now() < start + 30_000) {
    const ready = await fetch(`${url}/v2/health/ready`).catch(() => undefined);
    if (ready?.ok) return { container, url, startedMs: Date.now() - start };
    await sleep(20);
  }
  const { stdout: log, stderr } = await podman('logs', container);
  await podman('rm', '--force', container);
  throw new Error(`the container is not ready after 30 s:\n${log}${stderr}`);
}
