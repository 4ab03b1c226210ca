import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { temporaryFolder } from '../support/folder.ts';
import { run } from '../support/run.ts';
import { stamp } from './support/stamp.ts';
import { tool } from './support/tools.ts';

/*
 * scripts/deploy.sh before a kubectl that builds manifests for real and records what would go to the cluster; there is no
 * cluster on a build machine.
 */

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;
const folder = temporaryFolder();
let count = 0;

interface Behaviour {
  /** A call of kubectl that fails, by a part of it. */
  readonly failing?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly sets?: readonly string[];
}

async function deploy(args: readonly string[], behaviour: Behaviour = {}) {
  const place = join(folder, String(++count));
  mkdirSync(place);
  const kubectl = join(place, 'kubectl');
  writeFileSync(
    kubectl,
    `#!/bin/sh
echo "$*" >>"${place}/calls"
case "$*" in
  kustomize*) exec "${tool('kustomize')}" build "$2" ;;
  apply*) cp "$6" "${place}/applied.yaml" ;;
  *"${behaviour.failing ?? 'never'}"*) exit 1 ;;
  *exec*) cat >"${place}/stdin" ;;
esac
`,
  );
  chmodSync(kubectl, 0o755);
  const directory = await stamp(behaviour.sets ?? []);
  const env = { ...process.env, ...behaviour.env, PATH: `${place}:${process.env['PATH']}` };
  const result = await run('sh', [join(directory, 'scripts', 'deploy.sh'), ...args], { env });
  const read = (name: string) => readFileSync(join(place, name), 'utf8');
  return { ...result, directory, calls: () => read('calls').trim().split('\n'), read };
}

test.each(['staging', 'production'])(
  '%s: the digest goes to the cluster, and nothing else',
  async (name) => {
    const { code, stderr, read, calls, directory } = await deploy([name, DIGEST]);
    expect(`${code} ${stderr}`).toBe('0 ');
    const applied = read('applied.yaml');
    const images = parseAllDocuments(applied).flatMap((document) => [...String(document).matchAll(/image: (.*)/g)]);
    expect(images.map(([, image]) => image)).toEqual([`ghcr.io/ml-team/my-model@${DIGEST}`]);
    expect(calls().some((call) => call.includes('rollout status deployment/my-model'))).toBe(true);
    expect(calls().some((call) => call.includes('rollout undo'))).toBe(false);
    expect(read('stdin')).toBe(readFileSync(join(directory, 'scripts', 'smoke.mjs'), 'utf8'));
  },
  30_000,
);

test('canary: applied, and left to Argo Rollouts, which steps and rolls back by itself', async () => {
  const { code, stdout, read, calls } = await deploy(['canary', DIGEST]);
  expect(code).toBe(0);
  expect(stdout).toContain('kubectl argo rollouts --namespace my-model status my-model');
  expect(read('applied.yaml')).toContain(`image: ghcr.io/ml-team/my-model@${DIGEST}`);
  expect(calls()).toHaveLength(2);
}, 30_000);

test.each([
  ['batch', 'is what the next run in batch takes', 2],
  ['batch-indexed', 'is what the next run in batch-indexed takes', 2],
  ['kserve', '', 3],
])(
  '%s: applied by digest; only where something starts is it waited for',
  async (overlay, says, count) => {
    const { code, stdout, read, calls } = await deploy([overlay, DIGEST]);
    expect(code).toBe(0);
    expect(stdout).toContain(says);
    expect(read('applied.yaml')).toContain(`image: ghcr.io/ml-team/my-model@${DIGEST}`);
    expect(calls()).toHaveLength(count);
    if (overlay === 'kserve') expect(calls().at(-1)).toContain('wait --for condition=Ready');
  },
  30_000,
);

test.each(['ab', 'shadow'])(
  '%s: nothing is sent before the candidate has an image',
  async (overlay) => {
    const { code, stderr, calls } = await deploy([overlay, DIGEST]);
    expect(code).toBe(1);
    expect(stderr).toBe(
      `deploy/overlays/${overlay}: the candidate has no image yet, deploy/candidate/kustomization.yaml has to name it\n`,
    );
    expect(calls()).toEqual([`kustomize deploy/overlays/${overlay}`]);
  },
  30_000,
);

test('nobody is told to apply an overlay as it is: its image does not exist', async () => {
  const directory = await stamp([]);
  const [, commands = ''] = readFileSync(join(directory, 'deploy', 'README.md'), 'utf8').split('```');
  expect(commands).toContain('sh scripts/deploy.sh staging sha256:');
  expect(commands).not.toMatch(/ -k |--kustomize/);
});

test('where releases go in canary steps, production is the canary overlay', async () => {
  const { code, stdout, read } = await deploy(['production', DIGEST], { sets: ['rollout=canary'] });
  expect(code).toBe(0);
  expect(stdout).toContain('Argo Rollouts takes it from here');
  expect(read('applied.yaml')).toContain('kind: Rollout');
}, 30_000);

test('the init container that fetches the model gets the digest too', async () => {
  const { read } = await deploy(['production', DIGEST], { sets: ['modelSource=storage'] });
  const applied = read('applied.yaml');
  expect([...applied.matchAll(new RegExp(`image: ghcr.io/ml-team/my-model@${DIGEST}`, 'g'))]).toHaveLength(2);
  expect(applied).not.toContain(':unreleased');
}, 30_000);

test.each(['rollout status', 'exec'])(
  'a release whose %s fails is rolled back',
  async (failing) => {
    const { code, stderr, calls } = await deploy(['staging', DIGEST], { failing });
    expect(code).toBe(1);
    expect(stderr).toContain('rolling back');
    expect(calls().at(-1)).toBe('--namespace my-model-staging rollout undo deployment/my-model');
  },
  30_000,
);

test.each([
  [['staging', 'latest'], 'digest: expected sha256:'],
  [['moon', DIGEST], 'deploy/overlays/moon: there is no such overlay'],
  [['staging'], 'which digest?'],
])(
  '%j is refused before anything is sent',
  async (args, says) => {
    const { code, stderr, read } = await deploy(args);
    expect(code).not.toBe(0);
    expect(stderr).toContain(says);
    expect(() => read('applied.yaml')).toThrow();
  },
  30_000,
);

test('the cluster and the token come from the environment, and the token is in no argument of apply', async () => {
  const env = { KUBE_SERVER: 'https://127.0.0.1:6443', KUBE_CA: 'pem', KUBE_TOKEN: 'secret-token' };
  const { code, calls } = await deploy(['staging', DIGEST], { env });
  expect(code).toBe(0);
  expect(calls()[0]).toContain('config set-cluster cluster --server https://127.0.0.1:6443');
  expect(calls().filter((call) => call.includes('secret-token'))).toEqual([
    'config set-credentials pipeline --token secret-token',
  ]);
}, 30_000);
