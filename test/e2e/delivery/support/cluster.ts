import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Result, run } from '../../support/run.ts';
import { tool } from './tools.ts';

/** An API server with Kubernetes' own field management (test/e2e/delivery/cluster), and kubectl set up for it. */
export interface Cluster {
  readonly url: string;
  readonly env: NodeJS.ProcessEnv;
  readonly kubectl: (...args: readonly string[]) => Promise<Result>;
  readonly stop: () => Promise<void>;
}

/** @param folder where kubectl's configuration is put */
export async function startCluster(folder: string): Promise<Cluster> {
  mkdirSync(folder, { recursive: true });
  const server = spawn(tool('api-server'), ['127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [url] = (await once(createInterface(server.stdout), 'line')) as [string];
  const config = join(folder, 'config');
  const named = { name: 'test', context: { cluster: 'test', user: 'test' } };
  writeFileSync(
    config,
    JSON.stringify({
      ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'test', contexts: [named] },
      clusters: [{ name: 'test', cluster: { server: url } }],
      users: [{ name: 'test', user: {} }],
    }),
  );
  const env = { ...process.env, KUBECONFIG: config, HOME: folder, DEPLOY_POLL_SECONDS: '0' };
  return {
    url,
    env,
    kubectl: (...args) => run(tool('kubectl'), args, { env }),
    stop: async () => {
      server.kill();
      await once(server, 'exit');
    },
  };
}

export interface Deployment extends Result {
  /** The calls of kubectl, without those that only read. */
  readonly calls: readonly string[];
  /** The manifests that were applied last; undefined where none were. */
  readonly applied: string | undefined;
  /** What the new pod was given to run; undefined where none was. */
  readonly stdin: string | undefined;
}

let count = 0;

/**
 * Runs a script of a repository with a kubectl that notes its calls before it does them. `kubectl exec` is the exception: pods
 * are entries in the API server, and answer the golden samples as `smoke` says.
 */
export async function deployTo(
  cluster: Cluster,
  script: string,
  args: readonly string[],
  {
    folder,
    smoke = 0,
    env = {},
  }: { readonly folder: string; readonly smoke?: number; readonly env?: NodeJS.ProcessEnv },
): Promise<Deployment> {
  const place = join(folder, `run-${++count}`);
  mkdirSync(place);
  const kubectl = join(place, 'kubectl');
  writeFileSync(
    kubectl,
    `#!/bin/sh
echo "$*" >>"${place}/calls"
case " $* " in
  *' exec '*) cat >"${place}/stdin"; exit ${smoke} ;;
  *--dry-run=server*) ;;
  ' apply '*) for last; do case $last in *.yaml) cp "$last" "${place}/applied.yaml" ;; esac; done ;;
esac
exec "${tool('kubectl')}" "$@"
`,
  );
  chmodSync(kubectl, 0o755);
  const result = await run('sh', [script, ...args], {
    env: { ...cluster.env, ...env, PATH: `${place}:${process.env['PATH']}` },
  });
  const read = (name: string) => (existsSync(join(place, name)) ? readFileSync(join(place, name), 'utf8') : undefined);
  const calls = (read('calls') ?? '').trim().split('\n');
  return {
    ...result,
    calls: calls.filter((call) => !/^kustomize | get /.test(call)),
    applied: read('applied.yaml'),
    stdin: read('stdin'),
  };
}
