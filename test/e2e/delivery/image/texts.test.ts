import { readGolden } from '../../support/golden.ts';
import { post } from '../../support/serve.ts';
import { HARDENED, podman, startContainer } from '../support/containers.ts';
import { type BuiltImage, imageOf } from '../support/images.ts';

/* The image of a text model: the tokenizers' native library is there, for this platform alone. */

let built: BuiltImage;
beforeAll(async () => {
  built = await imageOf('texts');
}, 300_000);

test('it answers a text', async () => {
  const { url, container } = await startContainer(built.image, ['--memory', '256m']);
  try {
    const { samples } = readGolden(built.directory);
    const { status } = await post(`${url}/predict`, { instances: samples.map(({ instance }) => instance) });
    expect(status).toBe(200);
  } finally {
    await podman('rm', '--force', container);
  }
}, 120_000);

test('it loads the tokenizers, of which it holds one binary', async () => {
  const script = "import('tokenizers').then(({ Tokenizer }) => console.log(typeof Tokenizer))";
  const load = await podman('run', '--rm', ...HARDENED, built.image, 'node', '--input-type=module', '-e', script);
  expect(load.stdout.trim()).toBe('function');
  const list = await podman('run', '--rm', ...HARDENED, built.image, 'sh', '-c', 'ls node_modules/tokenizers/*.node');
  expect(list.stdout.trim().split('\n')).toHaveLength(1);
}, 120_000);
