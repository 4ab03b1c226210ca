import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../../support/folder.ts';
import { readGolden } from '../../support/golden.ts';
import { must, run } from '../../support/run.ts';
import { post } from '../../support/serve.ts';
import { HARDENED, podman, startContainer } from '../support/containers.ts';
import { type BuiltImage, imageOf } from '../support/images.ts';
import { resources } from '../support/kubernetes.ts';
import { memoryOf, type Pod } from '../support/pod.ts';
import { tool } from '../support/tools.ts';

/* The batch pods of the manifests, run as they are: command, arguments, environment, limits, a volume at /data. */

const folder = temporaryFolder();
let built: BuiltImage;
let expected: unknown[] = [];
let instances: unknown[] = [];

beforeAll(async () => {
  built = await imageOf('table');
  const { samples } = readGolden(built.directory);
  instances = Array.from({ length: 400 }, (_, i) => samples[i % samples.length]?.instance);
  const { url, container } = await startContainer(built.image, ['--memory', '256m']);
  const { body } = await post(`${url}/predict`, { instances });
  expected = (body as { predictions: unknown[] }).predictions;
  await podman('rm', '--force', container);
}, 300_000);

function volume(name: string, text: string): string {
  const data = join(folder, name);
  mkdirSync(data);
  writeFileSync(join(data, 'input.jsonl'), text);
  chmodSync(data, 0o777);
  return data;
}

async function podOf(overlay: string, kind: string): Promise<Pod> {
  const spec = (await resources(built.directory, overlay)).find((resource) => resource.kind === kind)?.spec;
  return (spec.jobTemplate?.spec ?? spec).template.spec;
}

/** What the kubelet does with the first container of a pod. */
async function runPod({ containers: [batch] }: Pod, data: string, env: Readonly<Record<string, string>>) {
  const set = { ...env, WORKERS: '1' };
  expect(batch.volumeMounts).toContainEqual({ name: 'data', mountPath: '/data' });
  const expanded = (batch.args ?? []).map((arg) => arg.replace(/\$\((\w+)\)/g, (_, name: string) => env[name] ?? ''));
  return run(tool('podman'), [
    ...['--runtime', 'runc', 'run', '--rm', ...HARDENED, '--network', 'none', '--memory', memoryOf(batch)],
    ...Object.entries(set).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    ...['--volume', `${data}:/data`, built.image, ...(batch.command ?? []), ...expanded],
  ]);
}

const linesOf = (path: string) =>
  readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { row: number; prediction: unknown });

test('the CronJob: the answers of /predict, row by row, in a file of its night', async () => {
  const pod = await podOf('batch', 'CronJob');
  const data = volume('night', instances.map((instance) => JSON.stringify(instance)).join('\n'));
  const { code, stdout, stderr } = await runPod(pod, data, { JOB_NAME: 'my-model-batch-29000000' });
  expect(`${code} ${code === 0 ? '' : stderr}`).toBe('0 ');
  expect(JSON.parse(stdout)).toMatchObject({ predicted: 400, refused: 0, interrupted: false });
  const lines = linesOf(join(data, 'output', 'my-model-batch-29000000.jsonl'));
  expect(lines.map(({ prediction }) => prediction)).toEqual(expected);
}, 120_000);

test('the CronJob: rows that are refused end it with the code that its policy does not try again', async () => {
  const pod = await podOf('batch', 'CronJob');
  const [cron] = (await resources(built.directory, 'batch')).filter(({ kind }) => kind === 'CronJob');
  const data = volume('refused', `${JSON.stringify(instances[0])}\n{"nonsense": 1}\n`);
  const { code } = await runPod(pod, data, { JOB_NAME: 'night' });
  const rules = cron?.spec.jobTemplate.spec.podFailurePolicy.rules as { action: string; onExitCodes?: object }[];
  expect(rules).toContainEqual({
    action: 'FailJob',
    onExitCodes: { containerName: 'batch', operator: 'In', values: [code] },
  });
  expect(readFileSync(join(data, 'output', 'night.errors.jsonl'), 'utf8')).toContain('INVALID_INPUT');
}, 120_000);

test('the indexed Job: each of its parts has its share, together every row once', async () => {
  const [job] = (await resources(built.directory, 'batch-indexed')).filter(({ kind }) => kind === 'Job');
  const pod = await podOf('batch-indexed', 'Job');
  const completions = job?.spec.completions as number;
  expect(pod.containers[0].args).toContain(`--shards=${completions}`);
  const data = volume('parts', instances.map((instance) => JSON.stringify(instance)).join('\n'));
  const lines: { row: number; prediction: unknown }[] = [];
  // Two of them for real; a build machine has better things to do than all eight.
  for (const index of [0, completions - 1]) {
    const { code, stderr } = await runPod(pod, data, { JOB_COMPLETION_INDEX: String(index) });
    expect(`${code} ${code === 0 ? '' : stderr}`).toBe('0 ');
    const part = [index, completions].map((number) => String(number).padStart(5, '0')).join('-of-');
    const own = linesOf(join(data, 'output', `predictions-${part}.jsonl`));
    expect(own.map(({ row }) => row)).toEqual(
      instances.flatMap((_, row) => (row % completions === index ? [row] : [])),
    );
    lines.push(...own);
  }
  for (const { row, prediction } of lines) expect(prediction).toEqual(expected[row]);
}, 120_000);

test('a pod that is told to stop says how far it is, and the next one goes on there', async () => {
  const pod = await podOf('batch', 'CronJob');
  const many = Array.from({ length: 600 }, () => instances).flat();
  const data = volume('stopped', many.map((instance) => JSON.stringify(instance)).join('\n'));
  const stopping = runPod(pod, data, { JOB_NAME: 'night' });
  const part = join(data, 'output', 'night.jsonl.part');
  for (let tries = 0; tries < 600; tries++) {
    if (((await run('stat', ['--format', '%s', part])).stdout.trim() || '0') !== '0') break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { stdout: ids } = await podman('ps', '--quiet', '--filter', `volume=${data}`);
  await must(tool('podman'), ['--runtime', 'runc', 'kill', '--signal', 'TERM', ids.trim()]);
  const stopped = await stopping;
  expect(stopped.code).toBe(143);
  const { predicted } = JSON.parse(stopped.stdout) as { predicted: number };
  expect(predicted).toBeLessThan(many.length);

  const { code, stdout } = await runPod(pod, data, { JOB_NAME: 'night' });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ predicted: many.length });
  expect(linesOf(join(data, 'output', 'night.jsonl')).map(({ row }) => row)).toEqual(many.map((_, row) => row));
}, 180_000);
