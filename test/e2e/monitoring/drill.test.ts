import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { tool } from '../delivery/support/tools.ts';
import { temporaryFolder } from '../support/folder.ts';
import { must } from '../support/run.ts';
import { post, type Serving, serve } from '../support/serve.ts';
import { stampOut } from '../support/stamp-out.ts';
import { queriesOf } from './support/dashboards.ts';
import { metricsIn, rulesOf } from './support/rules.ts';
import { type Alert, query, type Stack, startStack, until } from './support/stack.ts';

/* A stamped-out service under real traffic, a real Prometheus and a real Alertmanager with the repository's own files. */

const folder = temporaryFolder();
const directory = join(folder, 'my-model');
let serving: Serving;
let stack: Stack;
let traffic: ReturnType<typeof setInterval>;

/** Rows as in training (the golden samples), or flowers of another world. */
let row = (i: number): unknown => golden[i % golden.length];
let golden: readonly unknown[] = [];
const shifted = (): unknown => ({ sepal_length: 9.9, sepal_width: 0.1, petal_length: 9.9, petal_width: 42 });

beforeAll(async () => {
  await stampOut(directory, ['features=all', 'rollout=canary']);
  const yaml = join(directory, 'serving.yaml');
  writeFileSync(yaml, readFileSync(yaml, 'utf8').replace('  file: model', '  released: "2026-01-01"\n  file: model'));
  await must('npm', ['run', 'build'], { cwd: directory });
  golden = trainingRows();
  serving = await serve(directory, { ACCESS_LOG: 'off' });
  stack = await startStack(directory, folder, new URL(serving.url).host);
  traffic = setInterval(() => {
    ask().catch(() => {});
  }, 250);
}, 300_000);

afterAll(async () => {
  clearInterval(traffic);
  await stack?.stop();
  await serving?.stop();
});

/** A request of forty rows, and the true labels of ten of them: the model is right as long as the rows are those it was made for. */
async function ask(): Promise<void> {
  const known = row !== shifted;
  const instances = Array.from({ length: 40 }, (_, i) => row(Math.floor(Math.random() * 1e6) + i));
  const { body } = await post(`${serving.url}/predict`, { instances });
  const { id, predictions } = body as { id: string; predictions: readonly { label: string }[] };
  const other = (label: string) => (label === 'setosa' ? 'virginica' : 'setosa');
  const truths = predictions.slice(0, 10).map(({ label }) => (known ? label : other(label)));
  await Promise.all(truths.map((label, instance) => post(`${serving.url}/feedback`, { id, instance, label })));
}

/**
 * Rows that follow the reference, bin by bin: what the model was trained on, as far as the repository knows. The reference
 * holds each column by itself, but a small flower is small in all of them: drawn one by one, many of the rows are flowers
 * that never were, and the model's answers to them are drift indeed (an index of 0.07, where 0.1 is a ticket; so 0.01).
 */
function trainingRows(): readonly unknown[] {
  const { features } = JSON.parse(readFileSync(join(directory, 'model', 'reference.json'), 'utf8')) as {
    features: readonly { name: string; edges: readonly number[]; shares: readonly number[] }[];
  };
  return Array.from({ length: 1000 }, (_, i) => {
    // A low-discrepancy sequence, the same for all columns, through the shares of each: any forty in a row are spread evenly.
    const point = ((i + 1) * 0.618034) % 1;
    return Object.fromEntries(
      features.map(({ name, edges, shares }) => {
        const upTo = shares.map((_, at) => shares.slice(0, at + 1).reduce((sum, share) => sum + share, 0));
        const bin = Math.max(
          0,
          upTo.findIndex((share) => point < share),
        );
        return [name, ((edges[bin] ?? 0) + (edges[bin + 1] ?? 0)) / 2];
      }),
    );
  });
}

const alerts = async () => {
  const { data } = (await (await fetch(`${stack.prometheus}/api/v1/alerts`)).json()) as {
    data: { alerts: (Alert & { state: string })[] };
  };
  return data.alerts;
};
const managed = async () =>
  (await (await fetch(`${stack.alertmanager}/api/v2/alerts`)).json()) as {
    labels: Record<string, string>;
    status: { state: string; silencedBy: string[]; inhibitedBy: string[] };
  }[];
/** What the canary's analysis would see of this service, by metric; its ten minutes are seconds here. */
async function analysis(): Promise<ReadonlyMap<string, number>> {
  const { spec } = parse(readFileSync(join(directory, 'deploy/overlays/canary/analysis.yaml'), 'utf8')) as {
    spec: { metrics: { name: string; provider: { prometheus: { query: string } } }[] };
  };
  const own = (text: string) =>
    text.replaceAll('rollouts_pod_template_hash="{{args.version}}"', 'job="my-model"').replace(/\[\d+m\]/g, '[10s]');
  const values = spec.metrics.map(async ({ name, provider }): Promise<[string, number]> => {
    const [found] = await query(stack, own(provider.prometheus.query));
    return [name, Number(found?.value[1])];
  });
  return new Map(await Promise.all(values));
}
const named = <T extends { labels: Readonly<Record<string, string>> }>(all: readonly T[], name: string) =>
  all.filter(({ labels }) => labels['alertname'] === name);

test('promtool has nothing to say about the scrape', async () => {
  const file = join(folder, 'metrics');
  writeFileSync(file, await (await fetch(`${serving.url}/metrics`)).text());
  const { stdout, stderr } = await must('sh', ['-c', '"$1" check metrics <"$2"', 'sh', tool('promtool'), file]);
  expect(stdout + stderr).toBe('');
  // It does see what is wrong.
  writeFileSync(file, '# TYPE bad_total gauge\nbad_total 1\n');
  await expect(must('sh', ['-c', '"$1" check metrics <"$2"', 'sh', tool('promtool'), file])).rejects.toThrow(
    /bad_total/,
  );
});

test('every metric that a rule, a dashboard or the runbook names is there', async () => {
  const scraped = await (await fetch(`${serving.url}/metrics`)).text();
  const known = new Set(scraped.match(/^[a-z][a-z0-9_]+(?=[{ ])/gm));
  const rules = rulesOf(directory);
  for (const { record } of rules) if (record) known.add(record);
  const runbook = readFileSync(join(directory, 'docs', 'RUNBOOK.md'), 'utf8');
  const texts = [...rules.map(({ expr }) => expr), ...queriesOf(directory, '1m').map(({ expr }) => expr)];
  const names = new Set([...texts, ...(runbook.match(/`[^`]+`|```promql[^`]+```/g) ?? [])].flatMap(metricsIn));
  expect(names.size).toBeGreaterThan(50);
  expect([...names].filter((name) => !known.has(name))).toEqual([]);
});

test('traffic as in training: indexes are there, and no alert but the watchdog', async () => {
  const [index] = await until('the index of a feature is recorded', async () => {
    const found = await query(stack, 'max(namespace_job_feature:ml_serving_feature:psi)');
    return found.length > 0 ? found : undefined;
  });
  expect(Number(index?.value[1])).toBeLessThan(0.1);
  const loud = (await alerts()).filter(
    ({ labels }) => !['MlServingWatchdog', 'MlServingModelStale'].includes(labels['alertname'] ?? ''),
  );
  expect(loud.map(({ labels }) => labels)).toEqual([]);
  await until('the watchdog reaches its receiver', async () =>
    stack.received.find(({ receiver }) => receiver === 'watchdog'),
  );
}, 120_000);

test('the canary’s analysis passes such a version', async () => {
  const found = await analysis();
  expect([...found.keys()].sort()).toEqual(['error-ratio', 'golden-samples', 'p99-seconds', 'prediction-drift']);
  expect(found.get('error-ratio')).toBe(0);
  expect(found.get('golden-samples')).toBe(0);
  expect(found.get('p99-seconds')).toBeGreaterThan(0);
  expect(found.get('prediction-drift')).toBeGreaterThan(0);
  expect(found.get('prediction-drift')).toBeLessThan(0.25);
});

test('an old model is a ticket, with the way to its runbook', async () => {
  const { alerts: sent } = await until('the ticket arrives', async () =>
    stack.received.find(
      ({ receiver, alerts: all }) => receiver === 'ticket' && named(all, 'MlServingModelStale').length > 0,
    ),
  );
  expect(named(sent, 'MlServingModelStale')[0]).toMatchObject({
    status: 'firing',
    labels: { job: 'my-model', namespace: 'compose', severity: 'ticket' },
    annotations: { runbook_url: expect.stringMatching(/RUNBOOK\.md#mlservingmodelstale$/) },
  });
}, 120_000);

test('shifted traffic: drift, collapse and the lower accuracy go pending, fire, and reach the ticket', async () => {
  const before = stack.received.length;
  row = shifted;
  const states = new Set<string>();
  await until('the drift alert fires', async () => {
    const drift = named(await alerts(), 'MlServingFeatureDrift').filter(({ labels }) => labels['band'] === 'major');
    for (const { state } of drift) states.add(state);
    return states.has('firing') || undefined;
  });
  expect([...states]).toEqual(['pending', 'firing']);
  for (const name of [
    'MlServingFeatureDrift',
    'MlServingPredictionDrift',
    'MlServingPredictionCollapse',
    'MlServingInputInvalid',
    'MlServingAccuracyDrop',
  ]) {
    const { receiver } = await until(`${name} reaches a receiver`, async () =>
      stack.received.slice(before).find(({ alerts: all }) => named(all, name).length > 0),
    );
    expect([name, receiver]).toEqual([name, 'ticket']);
  }
  expect((await analysis()).get('prediction-drift')).toBeGreaterThan(0.25);
  // One alert for all features, which names them.
  const all = ['petal_length', 'petal_width', 'sepal_length', 'sepal_width'];
  const major = await until('all features have drifted', async () => {
    const found = await query(stack, 'namespace_job_feature:ml_serving_feature:psi > 0.25');
    return found.length === all.length ? named(await alerts(), 'MlServingFeatureDrift') : undefined;
  });
  expect(major.map(({ labels }) => [labels['band'], labels['feature']])).toEqual([['major', undefined]]);
  await until('the alert names them', async () => {
    const [alert] = named(await alerts(), 'MlServingFeatureDrift');
    return all.every((name) => alert?.annotations['description']?.includes(`${name} (`)) || undefined;
  });
}, 180_000);

/** What a classifier without a second version does not have: errors of amounts, and the comparison of two versions. */
const OF_OTHER_SERVICES =
  /namespace_job:ml_serving_feedback_(absolute_error|bias):|namespace_job_version:ml_serving_ab_/;

test('every panel has data', async () => {
  const empty: string[] = [];
  for (const { dashboard, panel, expr } of queriesOf(directory, '6s')) {
    // A week before there was no service here.
    const found = await query(stack, expr.replace(' offset 1w', ''));
    if (found.length === 0 && panel !== 'Model loaded' && !OF_OTHER_SERVICES.test(expr)) {
      empty.push(`${dashboard}: ${panel}: ${expr}`);
    }
  }
  expect(empty).toEqual([]);
}, 60_000);

test('a silence holds what drifts back, and a page holds its ticket back', async () => {
  const silence = await post(`${stack.alertmanager}/api/v2/silences`, {
    matchers: [{ name: 'alertname', value: 'MlServingFeatureDrift', isRegex: false }],
    startsAt: new Date().toISOString(),
    endsAt: new Date(Date.now() + 600_000).toISOString(),
    createdBy: 'test',
    comment: 'known',
  });
  expect(silence.status).toBe(200);
  await until(
    'it is silenced',
    async () =>
      named(await managed(), 'MlServingFeatureDrift').every(({ status }) => status.silencedBy.length > 0) || undefined,
  );

  const labels = { alertname: 'MlServingErrorBudgetBurn', namespace: 'compose', job: 'my-model' };
  const pair = ['page', 'ticket'].map((severity) => ({ labels: { ...labels, severity } }));
  const other = { labels: { ...labels, job: 'another', severity: 'ticket' } };
  await fetch(`${stack.alertmanager}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([...pair, other]),
  });
  const burns = await until('the page inhibits its ticket', async () => {
    const found = named(await managed(), labels.alertname);
    return found.some(({ status }) => status.inhibitedBy.length > 0) ? found : undefined;
  });
  const inhibited = (job: string, severity: string) =>
    burns.find((one) => one.labels['job'] === job && one.labels['severity'] === severity)?.status.inhibitedBy.length;
  expect([inhibited('my-model', 'page'), inhibited('my-model', 'ticket'), inhibited('another', 'ticket')]).toEqual([
    0, 1, 0,
  ]);
  await until('the page reaches its receiver', async () =>
    stack.received.find(({ receiver, alerts: all }) => receiver === 'page' && named(all, labels.alertname).length > 0),
  );
}, 120_000);

test('a service that is gone pages, once', async () => {
  await serving.stop();
  const page = await until('the page reaches its receiver', async () =>
    stack.received.find(({ receiver, alerts: all }) => receiver === 'page' && named(all, 'MlServingDown').length > 0),
  );
  expect(named(page.alerts, 'MlServingDown')[0]?.annotations['summary']).toBe('my-model (compose): no replica answers');
  await until('what follows from it is held back', async () => {
    const [target] = named(await managed(), 'MlServingTargetDown');
    return target && target.status.inhibitedBy.length > 0 ? target : undefined;
  });
}, 120_000);
