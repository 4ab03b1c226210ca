import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { podman, startContainer } from '../support/containers.ts';
import { type BuiltImage, imageOf } from '../support/images.ts';
import { resources, withComponents } from '../support/kubernetes.ts';
import { memoryOf, type Pod } from '../support/pod.ts';
import { stamp } from '../support/stamp.ts';

/* The manifests' ports, paths, user and environment, held against the running service. */

let built: BuiltImage;
let deployed: Pod;
let kserve: Pod;
let url = '';
let container = '';
let metrics = '';

beforeAll(async () => {
  built = await imageOf('table');
  const specOf = async (overlay: string, kind: string) =>
    (await resources(built.directory, overlay)).find((resource) => resource.kind === kind)?.spec;
  deployed = (await specOf('production', 'Deployment')).template.spec;
  kserve = (await specOf('kserve', 'InferenceService')).predictor;
  const [serving] = deployed.containers;
  const set = (serving.env ?? []).flatMap(({ name, value }) => ['--env', `${name}=${value ?? '1'}`]);
  ({ url, container } = await startContainer(built.image, [...set, '--memory', memoryOf(serving)]));
  metrics = await (await fetch(`${url}/metrics`)).text();
}, 300_000);
afterAll(() => podman('rm', '--force', container));

test('the probes’ paths answer on the declared port, which is the one the image exposes', async () => {
  for (const { containers } of [deployed, kserve]) {
    const [{ ports, startupProbe, readinessProbe, livenessProbe }] = containers;
    const [port] = ports ?? [];
    expect(port?.containerPort).toBe(8080);
    for (const probe of [startupProbe, readinessProbe, livenessProbe]) {
      expect([port?.name, port?.containerPort]).toContain(probe?.httpGet.port);
      expect((await fetch(`${url}${probe?.httpGet.path}`)).status).toBe(200);
    }
    expect(livenessProbe?.httpGet.path).not.toBe(readinessProbe?.httpGet.path);
  }
});

test('every pod runs as the user of the image', async () => {
  const [cron] = (await resources(built.directory, 'batch')).filter(({ kind }) => kind === 'CronJob');
  const [job] = (await resources(built.directory, 'batch-indexed')).filter(({ kind }) => kind === 'Job');
  for (const pod of [deployed, kserve, cron?.spec.jobTemplate.spec.template.spec, job?.spec.template.spec] as Pod[]) {
    const { runAsUser, runAsGroup } = pod.securityContext;
    expect(`${runAsUser}:${runAsGroup}`).toBe('10001:10001');
    expect(pod.containers[0].securityContext).toEqual(deployed.containers[0].securityContext);
  }
});

test('KServe runs what the Deployment runs', () => {
  const [serving] = deployed.containers;
  const [predictor] = kserve.containers;
  expect(predictor.image).toBe(serving.image);
  expect(predictor.resources).toEqual(serving.resources);
  expect(predictor.volumeMounts).toEqual(serving.volumeMounts);
});

test('every variable that is set is one that the service reads', () => {
  const config = readFileSync(join(built.directory, 'runtime', 'config.ts'), 'utf8');
  // PROTOCOL is for KServe itself.
  const names = [...(deployed.containers[0].env ?? []), ...(kserve.containers[0].env ?? [])].map(({ name }) => name);
  expect(names).toContain('WORKERS');
  for (const name of names) if (name !== 'PROTOCOL') expect(config).toContain(`'${name}'`);
});

test('the path that Prometheus scrapes is there, with every metric that scaling and analysis ask for', async () => {
  const directory = await stamp(['features=all', 'rollout=canary']);
  const all = await resources(directory, 'canary');
  const monitor = all.find(({ kind }) => kind === 'ServiceMonitor');
  expect(monitor?.spec.endpoints).toMatchObject([{ port: 'http', path: '/metrics' }]);
  const judged = all.filter(({ kind }) => kind === 'AnalysisTemplate' || kind === 'HorizontalPodAutoscaler');
  const asked = JSON.stringify(judged) + (await withComponents(directory, ['queue-scaling']));
  const names = new Set([...asked.matchAll(/(?<!:)\bml_serving_[a-z_]+/g)].map(([name]) => name));
  expect(names.size).toBeGreaterThanOrEqual(4);
  for (const name of names) expect(metrics).toMatch(new RegExp(`^${name}(\\{|_bucket| )`, 'm'));
});
