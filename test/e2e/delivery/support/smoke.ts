import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Result, run } from '../../support/run.ts';
import { tool } from './tools.ts';

/**
 * scripts/smoke.sh of a repository with an image: what the runner’s docker is to the script, podman with this machine’s needs is
 * here.
 * @param folder where the stand-in for docker is put
 */
export function smoke(directory: string, image: string, folder: string): Promise<Result> {
  const docker = join(folder, 'docker');
  const command = `exec "${tool('podman')}" --runtime runc run --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 "$@"`;
  writeFileSync(docker, `#!/bin/sh\nif [ "$1" = run ]; then shift; ${command}; fi\nexec "${tool('podman')}" "$@"\n`, {
    mode: 0o755,
  });
  return run('sh', ['scripts/smoke.sh', image], { cwd: directory, env: { ...process.env, DOCKER: docker } });
}
