import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { parseAllDocuments } from 'yaml';
import { temporaryFolder } from '../support/folder.ts';
import { type Cluster, deployTo, startCluster } from './support/cluster.ts';
import { EVERYTHING, stamp } from './support/stamp.ts';

/* scripts/deploy.sh with kubectl and an API server that has Kubernetes' own field management. */

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;
const IMAGE = `ghcr.io/ml-team/my-model@${DIGEST}`;
const folder = temporaryFolder();
let cluster: Cluster;
beforeEach(async () => {
  cluster = await startCluster(folder);
});
afterEach(() => cluster.stop());

interface Given {
  readonly sets?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

async function deploy(args: readonly string[], { sets = [], env = {} }: Given = {}) {
  const directory = await stamp(sets);
  const result = await deployTo(cluster, join(directory, 'scripts', 'deploy.sh'), args, { folder, env });
  return { ...result, directory };
}

const imagesIn = (manifests = '') =>
  parseAllDocuments(manifests).flatMap((document) =>
    [...String(document).matchAll(/image: (.*)/g)].map(([, image]) => image),
  );

test.each([
  ['staging', [], 'deployment/my-model'],
  ['production', [], 'deployment/my-model'],
  ['staging', EVERYTHING, 'deployment/my-model'],
  ['canary', EVERYTHING, undefined],
  ['production', EVERYTHING, undefined],
  ['kserve', EVERYTHING, 'deployment/my-model-predictor'],
] as const)(
  '%s %j: the digest goes to the cluster and nothing else; a new pod gets the golden samples, and the result is waited for',
  async (name, sets, waited) => {
    const { code, stderr, stdout, applied, calls, stdin, directory } = await deploy([name, DIGEST], { sets });
    expect(`${code} ${stderr}`).toBe('0 ');
    expect(imagesIn(applied)).toEqual([IMAGE]);
    expect(stdin).toBe(readFileSync(join(directory, 'scripts', 'smoke.mjs'), 'utf8'));
    expect(stdout).toContain(`${IMAGE} runs in ${name}\n`);
    const [dryRun, apply, ...rest] = calls;
    expect(dryRun).toMatch(/^apply --server-side --field-manager pipeline .*--dry-run=server$/);
    expect(apply).toMatch(/^apply --server-side --field-manager pipeline --filename \S+$/);
    expect(rest.filter((call) => call.includes('rollout status')).map((call) => call.split(' ')[4])).toEqual(
      waited ? [waited] : [],
    );
    expect(rest.filter((call) => call.includes(' exec ')).join()).toMatch(
      / exec --stdin my-model(-predictor)?-pod-[0-9a-f]{8}-\d --container (serving|kserve-container) -- node --input-type=module -$/,
    );
    expect(applied?.includes('kind: Rollout')).toBe(
      name === 'canary' || (name === 'production' && sets === EVERYTHING),
    );
  },
  60_000,
);

test.each([
  // (replicas + 1) x progressDeadlineSeconds.
  [[], 'staging', 4 * 300],
  [['modelSource=storage'], 'staging', 4 * 900],
  [['features=kserve'], 'kserve', 4 * 600],
])(
  '%j %s: the wait follows the deadline of the manifests',
  async (sets, overlay, seconds) => {
    const { calls } = await deploy([overlay, DIGEST], { sets });
    expect(calls.find((call) => call.includes('rollout status'))).toMatch(new RegExp(` --timeout ${seconds}s$`));
  },
  60_000,
);

test('a canary whose model comes from storage has as long as the Deployment it is made of', async () => {
  for (const [sets, deadline] of [
    [['rollout=canary'], 600],
    [['rollout=canary', 'modelSource=storage'], 900],
  ] as const) {
    const { applied } = await deploy(['canary', DIGEST], { sets });
    const rollout = parseAllDocuments(applied ?? '')
      .map((document) => document.toJS())
      .find(({ kind }) => kind === 'Rollout');
    expect(rollout.spec.progressDeadlineSeconds).toBe(deadline);
  }
}, 60_000);

test.each(['batch', 'batch-indexed'])(
  '%s: applied by digest, and nothing is waited for',
  async (overlay) => {
    const { code, stdout, stderr, applied, stdin } = await deploy([overlay, DIGEST], { sets: ['features=batch'] });
    expect(`${code} ${stderr}`).toBe('0 ');
    expect(stdout).toContain(`is what the next run in ${overlay} takes`);
    expect(applied).toContain(`image: ${IMAGE}`);
    expect(stdin).toBeUndefined();
  },
  60_000,
);

test.each(['ab', 'shadow'])(
  '%s: nothing is sent before the candidate has an image',
  async (overlay) => {
    const { code, stderr, applied } = await deploy([overlay, DIGEST], { sets: ['features=variants'] });
    expect(code).toBe(1);
    expect(stderr).toBe(
      `deploy/overlays/${overlay}: the candidate has no image yet, deploy/candidate/kustomization.yaml has to name it\n`,
    );
    expect(applied).toBeUndefined();
  },
  60_000,
);

test('nobody is told to apply an overlay as it is: its image does not exist', async () => {
  const directory = await stamp([]);
  const [, commands = ''] = readFileSync(join(directory, 'deploy', 'README.md'), 'utf8').split('```');
  expect(commands).toContain('sh scripts/deploy.sh staging sha256:');
  expect(commands).not.toMatch(/ -k |--kustomize/);
});

test('nobody is told to roll back as another field manager', async () => {
  const directory = await stamp(EVERYTHING);
  for (const name of ['docs/RUNBOOK.md', 'deploy/README.md', 'README.md']) {
    const commands = readFileSync(join(directory, name), 'utf8').match(/^kubectl .*$/gm) ?? [];
    for (const command of commands)
      expect(command).not.toMatch(/rollout undo|set image|edit|(?<!-f deploy\/.*)apply -k/);
  }
});

test('the init container that fetches the model gets the digest too', async () => {
  const { applied } = await deploy(['production', DIGEST], { sets: ['modelSource=storage'] });
  expect(imagesIn(applied)).toEqual([IMAGE, IMAGE]);
  expect(applied).not.toContain(':unreleased');
}, 60_000);

test.each([
  [['staging', 'latest'], 'digest: expected sha256:'],
  [['moon', DIGEST], 'deploy/overlays/moon: there is no such overlay'],
  [['staging'], 'which digest?'],
  [['staging', DIGEST, '--force'], 'option: expected --force-conflicts or nothing, found --force'],
])(
  '%j is refused before anything is sent',
  async (args, says) => {
    const { code, stderr, applied } = await deploy(args);
    expect(code).not.toBe(0);
    expect(stderr).toContain(says);
    expect(applied).toBeUndefined();
  },
  60_000,
);

test('the cluster and the token come from the environment, and the token is in no argument of apply', async () => {
  const env = { KUBE_SERVER: cluster.url, KUBE_CA: rootCertificates[0], KUBE_TOKEN: 'secret-token', KUBECONFIG: '' };
  const { code, stderr, calls } = await deploy(['staging', DIGEST], { env });
  expect(`${code} ${stderr}`).toBe('0 ');
  expect(calls[0]).toContain(`config set-cluster cluster --server ${cluster.url}`);
  expect(calls.filter((call) => call.includes('secret-token'))).toEqual([
    'config set-credentials pipeline --token secret-token',
  ]);
  const [, configuration = ''] = /--certificate-authority (\S+)\/ca\.pem/.exec(calls[0] ?? '') ?? [];
  expect(existsSync(configuration)).toBe(false);
}, 60_000);
