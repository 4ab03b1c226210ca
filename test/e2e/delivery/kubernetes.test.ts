import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { type Resource, resources } from './support/kubernetes.ts';
import { EVERYTHING, stamp } from './support/stamp.ts';

/* Rules over several manifests at once: what each kind's schema cannot see. */

const OVERLAYS = ['staging', 'production', 'canary', 'ab', 'shadow'];
const read = async (overlay: string) => resources(await stamp(EVERYTHING), overlay);
const of = (all: readonly Resource[], kind: string) => all.filter((resource) => resource.kind === kind);
/** What runs, whether now or by a CronJob. */
const jobOf = (run: Resource | undefined) => run?.spec.jobTemplate?.spec ?? run?.spec;
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
      const directory = await stamp([...EVERYTHING, 'ci=github', `registry=${registry}`]);
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

/** Bytes of a quantity, as far as the manifests use them. */
const bytesOf = (quantity: string): number => {
  const [, number, unit = ''] = /^(\d+)(Mi|Gi)$/.exec(quantity) ?? [];
  return Number(number) * 1024 ** (unit === 'Gi' ? 3 : 2);
};

/** What kubelet keeps of a container's standard output by default, which counts as storage of the pod: 5 files of 10 MiB. */
const KEPT_OUTPUT = 5 * 10 * 1024 ** 2;

describe('a prediction log by its defaults', () => {
  const readLog = (directory: string) => {
    const schema = JSON.parse(readFileSync(join(directory, 'schema', 'serving.schema.json'), 'utf8'));
    const { path, maxBytes, files } = schema.properties.predictionLog.properties;
    return { path: path.default as string, bytes: maxBytes.default * files.default };
  };

  test.each([
    [[], 'production'],
    [[], 'canary'],
    [[], 'kserve'],
    [['modelSource=storage'], 'production'],
    [['modelSource=storage'], 'kserve'],
  ])('has room in the pod: %j overlays/%s', async (sets, overlay) => {
    const directory = await stamp([...EVERYTHING, ...sets]);
    const { path, bytes } = readLog(directory);
    const pods = (await resources(directory, overlay)).flatMap(
      ({ spec }) => spec?.predictor ?? spec?.template?.spec ?? [],
    );
    expect(pods).toHaveLength(1);
    const [{ containers, volumes }] = pods;
    const { name } = containers[0].volumeMounts.find(
      (mount: { mountPath: string }) => mount.mountPath === dirname(path),
    );
    const sizes = volumes.map((volume: { emptyDir: { sizeLimit: string } }) => bytesOf(volume.emptyDir.sizeLimit));
    expect(sizes[volumes.findIndex((volume: { name: string }) => volume.name === name)]).toBeGreaterThan(bytes * 1.2);
    const { requests, limits } = containers[0].resources;
    const all = sizes.reduce((sum: number, size: number) => sum + size, 0);
    expect(bytesOf(limits['ephemeral-storage'])).toBeGreaterThanOrEqual(all + KEPT_OUTPUT);
    // Where a node runs short, those that use more than they asked for go first.
    expect(bytesOf(requests['ephemeral-storage'])).toBeGreaterThan(bytes);
  });

  test('is what docs/WATCHING.md shows, and lies on the disk in compose.yaml', async () => {
    const directory = await stamp(EVERYTHING);
    const { path, bytes } = readLog(directory);
    const [, example = ''] = /```yaml\n(predictionLog:[\s\S]+?)```/.exec(
      readFileSync(join(directory, 'docs', 'WATCHING.md'), 'utf8'),
    ) as RegExpExecArray;
    const { predictionLog } = parse(example) as { predictionLog: { path: string; maxBytes: number; files: number } };
    expect(predictionLog.path).toBe(path);
    expect(predictionLog.maxBytes * predictionLog.files).toBe(bytes);
    const { services } = parse(readFileSync(join(directory, 'compose.yaml'), 'utf8'));
    expect(services.serving.tmpfs).toBeUndefined();
    expect(services.serving.volumes).toContain(`scratch:${dirname(path)}`);
  });
});

test('answers reach the manifests: namespace, hosts, Gateway, resources, platform', async () => {
  const sets = [
    'namespace=scoring',
    'exposure=gateway',
    'gateway=edge/outside',
    'host=churn.example.org',
    'memory=2Gi',
  ];
  const directory = await stamp([...EVERYTHING, ...sets, 'cpu=2', 'platforms=arm64']);
  const [staging, production] = [await resources(directory, 'staging'), await resources(directory, 'production')];
  expect(new Set(staging.map(({ metadata }) => metadata.namespace))).toEqual(new Set(['scoring-staging']));
  expect(new Set(production.map(({ metadata }) => metadata.namespace))).toEqual(new Set(['scoring']));
  const [route] = of(production, 'HTTPRoute');
  expect(route?.spec).toMatchObject({
    hostnames: ['churn.example.org'],
    parentRefs: [{ name: 'outside', namespace: 'edge' }],
  });
  expect(of(staging, 'HTTPRoute')[0]?.spec.hostnames).toEqual(['churn-staging.example.org']);
  const [deployment] = of(production, 'Deployment');
  expect(deployment?.spec.template.spec).toMatchObject({
    nodeSelector: { 'kubernetes.io/arch': 'arm64' },
    containers: [{ resources: { requests: { cpu: '2', memory: '2Gi' }, limits: { memory: '2Gi' } } }],
  });
  // One route for both versions, whoever brings it.
  expect(of(await resources(directory, 'ab'), 'HTTPRoute')).toHaveLength(1);
});

test('an Ingress has the same host for its certificate and its rule, in either environment', async () => {
  const directory = await stamp(['exposure=ingress', 'host=churn.example.org']);
  for (const [overlay, host] of Object.entries({
    staging: 'churn-staging.example.org',
    production: 'churn.example.org',
  })) {
    const [ingress] = of(await resources(directory, overlay), 'Ingress');
    expect(ingress?.spec.tls[0].hosts).toEqual([host]);
    expect(ingress?.spec.rules.map((rule: { host: string }) => rule.host)).toEqual([host]);
  }
});

/** Which of some paths an Ingress or an HTTPRoute sends to the service. */
function published({ kind, spec }: Resource, paths: readonly string[]): readonly string[] {
  const rules: { exact: boolean; path: string }[] =
    kind === 'Ingress'
      ? spec.rules.flatMap(({ http }: { http: { paths: { path: string; pathType: string }[] } }) =>
          http.paths.map(({ path, pathType }) => ({ path, exact: pathType === 'Exact' })),
        )
      : spec.rules.flatMap(({ matches = [{ path: { type: 'PathPrefix', value: '/' } }] }) =>
          matches.map(({ path }: { path: { type: string; value: string } }) => ({
            path: path.value,
            exact: path.type === 'Exact',
          })),
        );
  return paths.filter((wanted) =>
    rules.some(({ path, exact }) =>
      exact ? wanted === path : `${wanted}/`.startsWith(path.endsWith('/') ? path : `${path}/`),
    ),
  );
}

test.each([
  [['exposure=ingress'], 'staging', 'Ingress'],
  [['exposure=ingress'], 'production', 'Ingress'],
  [['exposure=gateway'], 'staging', 'HTTPRoute'],
  [['exposure=gateway'], 'canary', 'HTTPRoute'],
  [['exposure=gateway'], 'ab', 'HTTPRoute'],
  [[], 'ab', 'HTTPRoute'],
  [['exposure=gateway'], 'shadow', 'HTTPRoute'],
  [[], 'shadow', 'HTTPRoute'],
])('%j overlays/%s: the %s publishes every route of the service but /metrics', async (sets, overlay, kind) => {
  const directory = await stamp([...EVERYTHING, ...sets]);
  const { operations } = JSON.parse(readFileSync(join(directory, 'schema', 'http.contract.json'), 'utf8'));
  const inside = Object.keys(operations).map((operation) => operation.replace(/^\w+ /, '').replace(/\{\w+\}/g, 'x'));
  const page = readdirSync(join(directory, 'public')).map((name) => (name === 'index.html' ? '/' : `/${name}`));
  const wanted = [...new Set([...inside, ...page])].filter((path) => path !== '/metrics');
  expect(wanted.length).toBeGreaterThan(10);
  const routes = of(await resources(directory, overlay), kind);
  expect(routes).toHaveLength(1);
  for (const route of routes) {
    expect(published(route, wanted)).toEqual(wanted);
    expect(published(route, ['/metrics', '/metrics/', '/Metrics', '/anything'])).toEqual([]);
  }
});

test('the class and the certificate of an Ingress are answers; bodies meet no other limit than the service’s own', async () => {
  const ingressOf = async (...sets: readonly string[]) => {
    const [ingress] = of(await resources(await stamp(['exposure=ingress', ...sets]), 'production'), 'Ingress');
    return ingress as Resource & { metadata: { annotations: Record<string, string> } };
  };
  const { spec, metadata } = await ingressOf();
  expect(spec.ingressClassName).toBeUndefined();
  const bodies = {
    'nginx.ingress.kubernetes.io/proxy-body-size': '0',
    'nginx.ingress.kubernetes.io/proxy-request-buffering': 'off',
  };
  expect(metadata.annotations).toEqual(bodies);
  const issued = await ingressOf('ingressClass=nginx', 'certificateIssuer=letsencrypt');
  expect(issued.spec.ingressClassName).toBe('nginx');
  expect(issued.metadata.annotations).toEqual({ ...bodies, 'cert-manager.io/cluster-issuer': 'letsencrypt' });
  const own = await ingressOf('certificateIssuer=Issuer/own');
  expect(own.metadata.annotations).toEqual({ ...bodies, 'cert-manager.io/issuer': 'own' });
});

test.each([
  [[], { release: 'kube-prometheus-stack' }],
  [['monitoringLabel=team.example/prometheus=main'], { 'team.example/prometheus': 'main' }],
  [['monitoringLabel=none'], {}],
])('%j: monitors and rules carry the label that Prometheus selects by', async (sets, label) => {
  const all = await resources(await stamp(sets), 'production');
  for (const kind of ['ServiceMonitor', 'PrometheusRule']) {
    expect(of(all, kind).map(({ metadata }) => metadata.labels)).toEqual([
      { 'app.kubernetes.io/name': 'my-model', ...label },
    ]);
  }
});

test('what an answer or a feature brings is in deploy/ with it alone', async () => {
  const paths = (directory: string) =>
    (readdirSync(join(directory, 'deploy'), { recursive: true }) as string[])
      .filter((path) => !path.includes('.'))
      .sort();
  expect(paths(await stamp(['features=none']))).toEqual([
    'base',
    'components',
    'components/alerts',
    'components/monitoring',
    'overlays',
    'overlays/production',
    'overlays/staging',
  ]);
  const all = paths(await stamp([...EVERYTHING, 'exposure=gateway', 'modelSource=storage']));
  expect(all.filter((path) => path.startsWith('components/'))).toEqual(
    ['alerts', 'gateway', 'model-from-storage', 'monitoring', 'queue-scaling'].map((name) => `components/${name}`),
  );
  expect(all.filter((path) => path.startsWith('overlays/'))).toEqual(
    ['ab', 'batch', 'batch-indexed', 'canary', 'kserve', 'production', 'shadow', 'staging'].map(
      (name) => `overlays/${name}`,
    ),
  );
});

test('queue-autoscaling: the autoscalers of both environments look at waiting requests as well', async () => {
  for (const overlay of ['staging', 'production']) {
    const metricsOf = async (features: string) => {
      const [autoscaler] = of(
        await resources(await stamp([`features=${features}`]), overlay),
        'HorizontalPodAutoscaler',
      );
      return autoscaler?.spec.metrics.map(({ type }: { type: string }) => type);
    };
    expect(await metricsOf('queue-autoscaling')).toEqual(['Resource', 'Pods']);
    expect(await metricsOf('none')).toEqual(['Resource']);
  }
});

test('an image for several platforms may run on any node', async () => {
  const directory = await stamp(['platforms=amd64,arm64']);
  const [deployment] = of(await resources(directory, 'production'), 'Deployment');
  expect(deployment?.spec.template.spec.nodeSelector).toBeUndefined();
});

test.each(['production', 'ab', 'batch', 'batch-indexed', 'kserve'])(
  'overlays/%s with the model from storage: every pod has it from an init container, and may ask for it',
  async (overlay) => {
    const directory = await stamp([
      ...EVERYTHING,
      'modelSource=storage',
      'modelUrl=https://store.example.org:9000/m/{sha256}.onnx',
    ]);
    const all = await resources(directory, overlay);
    const pods = all.flatMap(({ spec }) => spec?.predictor ?? (spec?.jobTemplate?.spec ?? spec)?.template?.spec ?? []);
    expect(pods.length).toBe(overlay === 'ab' ? 2 : 1);
    for (const { initContainers, containers, volumes } of pods) {
      const [init] = initContainers;
      expect(init.image).toBe(containers[0].image);
      expect(init.env).toContainEqual({ name: 'MODEL_URL', value: 'https://store.example.org:9000/m/{sha256}.onnx' });
      expect(containers[0].volumeMounts).toContainEqual({ name: 'model', mountPath: '/app/model', readOnly: true });
      expect(volumes.map(({ name }: { name: string }) => name)).toContain('model');
    }
    for (const { spec } of of(all, 'NetworkPolicy')) {
      const ports = spec.egress.flatMap((rule: { ports: { port: number }[] }) => rule.ports.map(({ port }) => port));
      expect(ports).toEqual([53, 53, 9000]);
    }
  },
);

describe.each([
  ['batch', 'CronJob'],
  ['batch-indexed', 'Job'],
])('overlays/%s', (overlay, kind) => {
  test('nothing dangles: account, claim, policy', async () => {
    const all = await read(overlay);
    const [run] = of(all, kind);
    const { metadata, spec: pod } = jobOf(run).template;
    expect(of(all, 'ServiceAccount').map((account) => account.metadata.name)).toEqual([pod.serviceAccountName]);
    const claims = pod.volumes.flatMap((volume: { persistentVolumeClaim?: { claimName: string } }) =>
      volume.persistentVolumeClaim ? [volume.persistentVolumeClaim.claimName] : [],
    );
    expect(of(all, 'PersistentVolumeClaim').map((claim) => claim.metadata.name)).toEqual(claims);
    const policies = of(all, 'NetworkPolicy').map(({ spec }) => spec.podSelector.matchLabels);
    expect(policies.filter((selector) => covers(selector, metadata.labels))).toHaveLength(1);
    // A pod of a batch must not get a request.
    const services = of(await read('production'), 'Service').map(({ spec }) => spec.selector);
    expect(services.filter((selector) => covers(selector, metadata.labels))).toEqual([]);
  });

  test('it ends in time, and one run at a time', async () => {
    const [run] = of(await read(overlay), kind);
    const job = jobOf(run);
    expect(job.activeDeadlineSeconds).toBeGreaterThan(0);
    if (kind === 'CronJob') {
      expect(run?.spec).toMatchObject({ concurrencyPolicy: 'Forbid', startingDeadlineSeconds: 3600 });
      // Over before the next begins.
      expect(run?.spec.startingDeadlineSeconds + job.activeDeadlineSeconds).toBeLessThan(86_400);
    } else {
      expect(job.completionMode).toBe('Indexed');
      expect(job.parallelism).toBeLessThanOrEqual(job.completions);
    }
  });
});

test('the canary is judged by what the new version does, and by nothing else', async () => {
  const [analysis] = of(await resources(await stamp(EVERYTHING), 'canary'), 'AnalysisTemplate');
  const metrics = (analysis?.spec.metrics ?? []) as { provider: { prometheus: { query: string } } }[];
  const queries = metrics.map(({ provider }) => provider.prometheus.query);
  expect(queries.length).toBeGreaterThanOrEqual(4);
  for (const query of queries) {
    const asked = query.match(/\bml_serving_\w+.{0,48}/g) ?? [];
    expect(asked.length).toBeGreaterThan(0);
    for (const one of asked) expect(one).toMatch(/^\w+\{rollouts_pod_template_hash="\{\{args\.version\}\}"/);
  }
});

test('the canary counts the requests that the objectives count', async () => {
  const directory = await stamp(EVERYTHING);
  const [analysis] = of(await resources(directory, 'canary'), 'AnalysisTemplate');
  const judged = JSON.stringify(analysis?.spec.metrics).replaceAll('\\"', '"');
  const promised = readFileSync(join(directory, 'monitoring', 'rules', 'slo.yaml'), 'utf8');
  const routesIn = (text: string) =>
    [...text.matchAll(/\bml_serving_request(?:s_total|_duration_seconds_\w+)\{(.*?[^{}])\}(?!\})/g)].map(
      ([, selector = '']) => /\broute=~"[^"]+"/.exec(selector)?.[0],
    );
  const routes = new Set(routesIn(promised));
  expect(routes.size).toBe(1);
  expect([...routes]).not.toContain(undefined);
  expect(routesIn(judged)).toHaveLength(3);
  expect(new Set(routesIn(judged))).toEqual(routes);
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
