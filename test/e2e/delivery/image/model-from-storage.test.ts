import { chmodSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parse } from 'yaml';
import { temporaryFolder } from '../../support/folder.ts';
import { run } from '../../support/run.ts';
import { HARDENED, podman, startContainer } from '../support/containers.ts';
import { type BuiltImage, imageOf } from '../support/images.ts';
import { resources } from '../support/kubernetes.ts';
import { type Container, memoryOf, type Pod } from '../support/pod.ts';
import { stamp } from '../support/stamp.ts';
import { tool } from '../support/tools.ts';

/* The init container of components/model-from-storage, run as it is before the service, with one volume between them. */

const folder = temporaryFolder();
let built: BuiltImage;
let init: Container;
let serving: Container;

beforeAll(async () => {
  built = await imageOf('storage');
  const directory = await stamp(['modelSource=storage']);
  const all = await resources(directory, 'production');
  const pod = all.find(({ kind }) => kind === 'Deployment')?.spec.template.spec as Pod;
  [init, serving] = [pod.initContainers?.[0] as Container, pod.containers[0]];
}, 300_000);

const mountOf = (container: Container) => container.volumeMounts.find(({ name }) => name === 'model');

/** A pod's empty volume, and the init container on it. */
async function initialise(name: string, bytes: Buffer) {
  const model = join(folder, name);
  mkdirSync(model);
  chmodSync(model, 0o777);
  const asked: (string | undefined)[] = [];
  const store = createServer((request, response) => {
    asked.push(request.url);
    response.end(bytes);
  });
  await new Promise<void>((resolve) => store.listen(0, '127.0.0.1', resolve));
  const { port } = store.address() as AddressInfo;
  const [url] = (init.env ?? []).filter((one) => one.name === 'MODEL_URL');
  const local = url?.value?.replace('https://models.example.com', `http://127.0.0.1:${port}`);
  try {
    const result = await run(tool('podman'), [
      ...['--runtime', 'runc', 'run', '--rm', ...HARDENED, '--network', 'host', '--memory', memoryOf(init)],
      ...['--env', `MODEL_URL=${local}`, '--volume', `${model}:${mountOf(init)?.mountPath}`],
      ...[built.image, ...(init.command ?? [])],
    ]);
    return { ...result, model, asked };
  } finally {
    store.closeAllConnections();
    store.close();
  }
}

test('the service starts with the model that was fetched', async () => {
  const bytes = readFileSync(join(built.directory, 'model', 'model.onnx'));
  const { model: spec } = parse(readFileSync(join(built.directory, 'serving.yaml'), 'utf8'));
  const { code, stderr, model, asked } = await initialise('right', bytes);
  expect(`${code} ${code === 0 ? '' : stderr}`).toBe('0 ');
  expect(asked).toEqual([`/${spec.name}/${spec.version}/${spec.sha256}.onnx`]);
  expect(readdirSync(model).sort()).toEqual(readdirSync(join(built.directory, 'model')).sort());

  expect(mountOf(serving)).toEqual({ name: 'model', mountPath: '/app/model', readOnly: true });
  const mounted = ['--volume', `${model}:/app/model:ro`, '--memory', '256m'];
  const { url, container } = await startContainer(built.image, mounted);
  try {
    expect(await (await fetch(`${url}/predict/test`)).json()).toMatchObject({ agrees: true });
  } finally {
    await podman('rm', '--force', container);
  }
}, 120_000);

test('other bytes than those of serving.yaml never get there, and no service starts without a model', async () => {
  const { code, stderr, model } = await initialise('wrong', Buffer.from('another model'));
  expect(code).toBe(1);
  expect(stderr).toMatch(/expected the sha256 [0-9a-f]{64} of serving\.yaml, found [0-9a-f]{64}/);
  expect(readdirSync(model)).not.toContain('model.onnx');
  const mounted = ['--volume', `${model}:/app/model:ro`, '--memory', '256m'];
  const bare = await run(tool('podman'), ['--runtime', 'runc', 'run', '--rm', ...HARDENED, ...mounted, built.image]);
  expect(bare.code).toBe(1);
  expect(bare.stdout + bare.stderr).toMatch(/CONFIG_INVALID.*expected an ONNX file, found none at model\/model\.onnx/);
}, 120_000);
