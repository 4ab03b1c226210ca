import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../support/folder.ts';
import { type Cluster, deployTo, startCluster } from './support/cluster.ts';
import { EVERYTHING, stamp } from './support/stamp.ts';

/*
 * Rolling back, tested against Kubernetes' own field management: an automatic rollback must not stand in the way of the next
 * release.
 */

const digest = (start: string) => `sha256:${start.padEnd(64, '0')}`;
const [FIRST, NEXT] = [digest('aaaa'), digest('bbbb')];
/** The API server's pods of such a digest never become ready. */
const BROKEN = digest('bad');

const folder = temporaryFolder();
let cluster: Cluster;
beforeEach(async () => {
  cluster = await startCluster(folder);
});
afterEach(() => cluster.stop());

async function scripts(): Promise<string> {
  return join(await stamp(EVERYTHING), 'scripts', 'deploy.sh');
}

async function deploy(overlay: string, image: string, smoke = 0, more: readonly string[] = []) {
  return deployTo(cluster, await scripts(), [overlay, image, ...more], { folder, smoke });
}

const KINDS = {
  staging: ['my-model-staging', 'deployment/my-model', '{.spec.template.spec.containers[0].image}'],
  canary: ['my-model', 'deployment/my-model', '{.spec.template.spec.containers[0].image}'],
  kserve: ['my-model', 'inferenceservice/my-model', '{.spec.predictor.containers[0].image}'],
} as const;

async function running(overlay: keyof typeof KINDS): Promise<string> {
  const [namespace, resource, path] = KINDS[overlay];
  const { stdout } = await cluster.kubectl('-n', namespace, 'get', resource, '-o', `jsonpath=${path}`);
  return stdout.slice(stdout.indexOf('@') + 1);
}

async function managers(overlay: keyof typeof KINDS): Promise<readonly string[]> {
  const [namespace, resource] = KINDS[overlay];
  const path = '{range .metadata.managedFields[*]}{.manager} {.operation}{"\\n"}{end}';
  const { stdout } = await cluster.kubectl(
    '-n',
    namespace,
    'get',
    resource,
    '--show-managed-fields',
    '-o',
    `jsonpath=${path}`,
  );
  return stdout.trim().split('\n').sort();
}

describe.each(['staging', 'canary', 'kserve'] as const)('%s', (overlay) => {
  test.each([
    ['whose pods do not become ready', BROKEN, 0],
    ['whose golden samples disagree', NEXT, 1],
  ])(
    'a release %s is rolled back by the same field manager, and the next release is taken',
    async (_what, image, smoke) => {
      expect(await deploy(overlay, FIRST)).toMatchObject({ code: 0 });
      const before = await managers(overlay);
      const failed = await deploy(overlay, image, smoke);
      expect(failed.code).toBe(1);
      expect(failed.stderr).toContain('the release does not hold; rolling back');
      expect(failed.stderr).toContain(`rolled back to ghcr.io/ml-team/my-model@${FIRST}\n`);
      expect(await running(overlay)).toBe(FIRST);
      expect(await managers(overlay)).toEqual(before);

      const next = await deploy(overlay, NEXT);
      expect(`${next.code} ${next.stderr}`).toBe('0 ');
      expect(await running(overlay)).toBe(NEXT);
    },
    120_000,
  );
});

test('a first release that fails has nothing to go back to, and says so', async () => {
  const { code, stderr } = await deploy('staging', BROKEN);
  expect(code).toBe(1);
  expect(stderr).toContain('staging: there is no earlier release to roll back to; this one is still applied');
}, 60_000);

test('what the failed release changed besides the image is taken back too', async () => {
  const environment = () =>
    cluster.kubectl(
      '-n',
      'my-model-staging',
      'get',
      'deployment/my-model',
      '-o',
      'jsonpath={.spec.template.spec.containers[0].env}',
    );
  await deploy('staging', FIRST);
  const before = (await environment()).stdout;
  const other = join(folder, 'other');
  cpSync(await stamp(EVERYTHING), other, { recursive: true });
  const manifest = join(other, 'deploy', 'base', 'deployment.yaml');
  writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('value: "25000"', 'value: "1"'));
  const failed = await deployTo(cluster, join(other, 'scripts', 'deploy.sh'), ['staging', NEXT], { folder, smoke: 1 });
  expect(failed.applied).toContain('value: "25000"');
  expect((await environment()).stdout).toBe(before);
}, 60_000);

test('kubectl rollout undo takes the fields: the next release is refused unchanged, with the way out, which works', async () => {
  await deploy('staging', FIRST);
  await deploy('staging', NEXT);
  const undo = await cluster.kubectl('-n', 'my-model-staging', 'rollout', 'undo', 'deployment/my-model');
  expect(undo).toMatchObject({ code: 0 });
  expect(await managers('staging')).toContain('kubectl Update');

  const refused = await deploy('staging', NEXT);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(/Apply failed with 1 conflict: conflict with "kubectl" using apps\/v1/);
  expect(refused.stderr).toContain('nothing was changed');
  expect(refused.applied).toBeUndefined();
  expect(await running('staging')).toBe(FIRST);

  const [, options = ''] = /sh scripts\/deploy\.sh staging \S+ (.*)\n/.exec(refused.stderr) ?? [];
  expect(await deploy('staging', NEXT, 0, options.split(' '))).toMatchObject({ code: 0, stderr: '' });
  expect(await deploy('staging', FIRST)).toMatchObject({ code: 0, stderr: '' });
}, 120_000);

test('a part that the API server refuses changes nothing of the release', async () => {
  await deploy('staging', FIRST);
  const other = join(folder, 'refused');
  cpSync(await stamp(EVERYTHING), other, { recursive: true });
  const manifest = join(other, 'deploy', 'base', 'network-policy.yaml');
  writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('policyTypes:', 'policyTipes:'));
  const { code, stderr, applied } = await deployTo(cluster, join(other, 'scripts', 'deploy.sh'), ['staging', NEXT], {
    folder,
  });
  expect(code).toBe(1);
  expect(stderr).toContain('the API server refuses the release; nothing was changed');
  expect(applied).toBeUndefined();
  expect(await running('staging')).toBe(FIRST);
}, 60_000);
