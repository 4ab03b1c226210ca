import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { type Resource, resources } from './support/kubernetes.ts';
import { stamp } from './support/stamp.ts';

/* Rules over several manifests at once: what each kind's schema cannot see. */

const OVERLAYS = ['staging', 'production', 'canary', 'ab', 'shadow'];
const read = async (overlay: string) => resources(await stamp([]), overlay);
const of = (all: readonly Resource[], kind: string) => all.filter((resource) => resource.kind === kind);
const covers = (selector: Record<string, string>, labels: Record<string, string> = {}) =>
  Object.keys(selector).length > 0 && Object.entries(selector).every(([key, value]) => labels[key] === value);

describe.each(OVERLAYS)('overlays/%s', (overlay) => {
  test('nothing dangles: services, budgets, policies and autoscalers each have what they are for', async () => {
    const all = await read(overlay);
    const pods = of(all, 'Deployment').map(({ spec }) => spec.template.metadata.labels as Record<string, string>);
    expect(pods.length).toBe(['ab', 'shadow'].includes(overlay) ? 2 : 1);
    for (const kind of ['Service', 'PodDisruptionBudget', 'NetworkPolicy', 'HorizontalPodAutoscaler']) {
      expect(of(all, kind)).toHaveLength(pods.length);
    }
    for (const labels of pods) {
      const selectors = [
        ...of(all, 'Service').map(({ spec }) => spec.selector),
        ...of(all, 'PodDisruptionBudget').map(({ spec }) => spec.selector.matchLabels),
        ...of(all, 'NetworkPolicy').map(({ spec }) => spec.podSelector.matchLabels),
      ];
      // One of each kind, and never that of the other version.
      expect(selectors.filter((selector) => covers(selector, labels))).toHaveLength(3);
    }
    const names = all.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    for (const { spec } of of(all, 'HorizontalPodAutoscaler')) {
      expect(names).toContain(`${spec.scaleTargetRef.kind} ${spec.scaleTargetRef.name}`);
    }
    for (const { spec } of of(all, 'Deployment')) {
      expect(names).toContain(`ServiceAccount ${spec.template.spec.serviceAccountName}`);
    }
    for (const { spec } of of(all, 'HTTPRoute')) {
      const backends = JSON.stringify(spec).matchAll(/"name":"([^"]+)","port":80/g);
      for (const [, name] of backends) expect(names).toContain(`Service ${name}`);
    }
    for (const { metadata } of all) {
      expect(metadata.namespace).toBe(overlay === 'staging' ? 'my-model-staging' : 'my-model');
    }
  });

  test('a node can be drained while the service goes on, and only the autoscaler counts replicas', async () => {
    const all = await read(overlay);
    for (const { metadata, spec } of of(all, 'HorizontalPodAutoscaler')) {
      expect(spec.minReplicas).toBeGreaterThanOrEqual(2);
      expect(spec.maxReplicas).toBeGreaterThan(spec.minReplicas);
      const budget = of(all, 'PodDisruptionBudget').find(({ metadata: { name } }) => name === metadata.name);
      expect(budget?.spec.minAvailable).toBeGreaterThanOrEqual(1);
      expect(budget?.spec.minAvailable).toBeLessThan(spec.minReplicas);
      expect(budget?.spec.unhealthyPodEvictionPolicy).toBe('AlwaysAllow');
    }
    for (const { spec } of [...of(all, 'Deployment'), ...of(all, 'Rollout')]) expect(spec.replicas).toBeUndefined();
  });

  test('a pod has time to finish: grace > preStop + drain', async () => {
    for (const { spec } of of(await read(overlay), 'Deployment')) {
      const { terminationGracePeriodSeconds, containers } = spec.template.spec;
      const [{ lifecycle, env }] = containers;
      const drain = Number(env.find(({ name }: { name: string }) => name === 'SHUTDOWN_GRACE_MS').value) / 1000;
      expect(terminationGracePeriodSeconds).toBeGreaterThan(lifecycle.preStop.sleep.seconds + drain);
    }
  });

  test('the image is the one the pipeline pushes', async () => {
    for (const registry of ['ghcr.io/ml-team', 'ml-team', 'localhost:5000/a/b']) {
      const directory = await stamp(['ci=github', `registry=${registry}`]);
      const release = parse(readFileSync(join(directory, '.github', 'workflows', 'release.yml'), 'utf8')) as {
        jobs: { publish: { env: { IMAGE: string } } };
      };
      const images = of(await resources(directory, overlay), 'Deployment').map(
        ({ spec }) => spec.template.spec.containers[0].image as string,
      );
      for (const image of images) expect(image.replace(/:[^:/]+$/, '')).toBe(release.jobs.publish.env.IMAGE);
    }
  });
});

test('the namespaces of the overlays are made, under the restricted policy', async () => {
  const text = readFileSync(join(await stamp([]), 'deploy', 'namespaces.yaml'), 'utf8');
  const namespaces = text
    .split('---\n')
    .slice(1)
    .map((part) => parse(part) as Resource);
  expect(namespaces.map(({ metadata }) => metadata.name)).toEqual(['my-model-staging', 'my-model']);
  for (const { metadata } of namespaces) {
    expect(metadata.labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'restricted' });
  }
});
