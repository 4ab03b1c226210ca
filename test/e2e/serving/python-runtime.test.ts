import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../support/folder.ts';
import { repositoryRoot } from '../support/packed.ts';
import { python } from '../support/python.ts';
import { must } from '../support/run.ts';
import { post, type Serving, serve } from '../support/serve.ts';
import { stampOut } from '../support/stamp-out.ts';

/*
 * Models as they are exported, each imported with one command and asked by requests of different sizes and magnitudes, one after the
 * other and all at the same time. Every answer must be the one that Python's ONNX Runtime gives to that request alone.
 */

interface Exported {
  /** Relative to the repository. */
  readonly file: string;
  /** Values of its texts, where not every text will do. */
  readonly words?: readonly string[];
  /** Integers stay below it: places in a table of the model. */
  readonly below?: number;
  /** Its outputs have no axis of rows, which takes `perRow: false` in serving.yaml: without it the service does not start, and says so. */
  readonly whole?: boolean;
}

const trained = (name: string, more: Partial<Exported> = {}) => ({ file: `test/models/${name}/model.onnx`, ...more });
const of = (folder: string, names: readonly string[]) =>
  names.map((name): Exported => ({ file: `test/models/${folder}/${name}.onnx` }));

const MODELS: readonly Exported[] = [
  // scikit-learn, LightGBM, XGBoost and PyTorch.
  trained('lightgbm'),
  trained('naive-bayes'),
  trained('string-columns'),
  trained('svc-platt'),
  trained('torch-mlp'),
  trained('xgboost'),
  trained('zipmap-int'),
  trained('zipmap-string'),
  { file: 'template-files/base/model/model.onnx' },
  { file: 'template-files/samples/tabular-regression/model.onnx' },
  // Rows that depend on each other, and outputs without an axis of rows.
  ...of('rows', [
    'independent',
    'mean',
    'softmax',
    'cumsum',
    'sort',
    'quantized',
    'lstm',
    'attention',
    'size',
    'place',
    'faint',
    'scalar',
  ]),
  ...of('rows', ['transposed', 'transposed-unnamed']).map((model) => ({ ...model, whole: true })),
  // Logits, several labels, weights in a file of their own, every datatype of the protocol, fixed and free axes.
  ...of('crafted', ['logits', 'multi-label', 'sigmoids', 'known-size', 'external']),
  ...of('protocol', ['datatypes', 'fixed', 'shapes']),
];

const folder = temporaryFolder();
const SIZES = [1, 3, 2, 5, 1, 40, 4, 1, 2, 33, 1, 6];
const WORDS = ['a', 'yes', 'red', 'Größe', ''];

interface TensorSpec {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
}
interface Tensor extends TensorSpec {
  readonly data: readonly unknown[];
}
interface Request {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly { readonly name: string }[];
}

/** The same numbers in every run: a linear congruential generator (Numerical Recipes), from 0 to 1. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function valueFor({ datatype }: TensorSpec, { words = WORDS, below = 3 }: Exported, next: () => number, scale: number) {
  if (datatype === 'BYTES') return words[Math.floor(next() * words.length)];
  if (datatype === 'BOOL') return next() < 0.5;
  if (datatype.startsWith('FP')) return Math.fround((next() * 2 - 1) * scale);
  return Math.floor(next() * below);
}

/** A first axis that is free has `rows`; other free axes have three to five. */
function requestOf(
  model: Exported,
  inputs: readonly TensorSpec[],
  outputs: readonly TensorSpec[],
  place: number,
): Request {
  const next = random(place + 1);
  const rows = SIZES[place % SIZES.length] ?? 1;
  // Neighbours of other magnitudes move means, maxima and scales.
  const scale = 10 ** (place % 4);
  const tensors = inputs.map((input) => {
    const shape = input.shape.map((size, axis) => (size !== -1 ? size : axis === 0 ? rows : 3 + (place % 3)));
    const count = shape.reduce((product, size) => product * size, 1);
    return { ...input, shape, data: Array.from({ length: count }, () => valueFor(input, model, next, scale)) };
  });
  return { inputs: tensors, outputs: outputs.map(({ name }) => ({ name })) };
}

function expectSame(found: Tensor, expected: Tensor, where: string): void {
  expect([where, found.name, found.shape]).toEqual([where, expected.name, expected.shape]);
  const wrong = expected.data.findIndex((value, i) => !isSame(found.data[i], value));
  const at = wrong < 0 ? undefined : { place: wrong, found: found.data[wrong], expected: expected.data[wrong] };
  expect({ where, output: found.name, at }).toEqual({ where, output: found.name, at: undefined });
}

function isSame(found: unknown, expected: unknown): boolean {
  if (typeof found !== 'number' || typeof expected !== 'number') return String(found) === String(expected);
  return Math.abs(found - expected) <= 1e-4 * Math.max(1, Math.abs(expected));
}

/** All repositories of these models have the same code: it is built once. */
let built: string | undefined;

async function imported({ file, whole }: Exported): Promise<{ directory: string; serving: Serving }> {
  const directory = join(folder, file.replace(/\W+/g, '-'));
  await stampOut(directory, ['name=exported'], ['--model', join(repositoryRoot, file)]);
  if (whole) {
    const path = join(directory, 'serving.yaml');
    const text = readFileSync(path, 'utf8');
    const [head, outputs] = text.split(/^outputs:$/m);
    // A repository that has tried its model when it was created says it already.
    if (!/^ +perRow: false$/m.test(text)) {
      writeFileSync(path, `${head}outputs:${outputs?.replace(/^( +)shape: .*$/m, '$&\n$1perRow: false')}`);
    }
  }
  if (built) cpSync(join(built, 'dist'), join(directory, 'dist'), { recursive: true });
  else {
    await must('npm', ['run', 'build'], { cwd: directory });
    built = directory;
  }
  return { directory, serving: await serve(directory, { LOG_LEVEL: 'warn' }) };
}

async function expectedOf(directory: string, file: string, requests: readonly Request[]): Promise<Tensor[][]> {
  const path = join(directory, 'requests.json');
  writeFileSync(path, JSON.stringify(requests));
  const interpreter = await python(['numpy==2.4.6', 'onnxruntime==1.32.0']);
  const served = /^ {2}file: (.*)$/m.exec(readFileSync(join(directory, 'serving.yaml'), 'utf8'))?.[1] ?? '';
  const models = [join(repositoryRoot, file), join(directory, served)].filter((model) => existsSync(model));
  const script = join(repositoryRoot, 'test', 'e2e', 'serving', 'expected.py');
  return JSON.parse((await must(interpreter, [script, path, ...models])).stdout) as Tensor[][];
}

test.each(MODELS)(
  '$file answers as in Python, alone and at the same time',
  async (model) => {
    const { directory, serving } = await imported(model);
    const { model_name: name } = (await (await fetch(`${serving.url}/metadata`)).json()) as { model_name: string };
    const path = `${serving.url}/v2/models/${name}`;
    const { inputs, outputs } = (await (await fetch(path)).json()) as Record<'inputs' | 'outputs', TensorSpec[]>;
    const requests = SIZES.map((_, place) => requestOf(model, inputs, outputs, place));
    const expected = await expectedOf(directory, model.file, requests);

    const check = async (request: Request, i: number, how: string): Promise<void> => {
      const { status, body } = await post(`${path}/infer`, request);
      const where = `request ${i} ${how}`;
      expect([where, status, status === 200 ? undefined : body]).toEqual([where, 200, undefined]);
      for (const [k, output] of (body as { outputs: Tensor[] }).outputs.entries()) {
        expectSame(output, expected[i]?.[k] as Tensor, where);
      }
    };
    for (const [i, request] of requests.entries()) await check(request, i, 'alone');
    const thrice = [...requests, ...requests, ...requests];
    await Promise.all(thrice.map((request, i) => check(request, i % requests.length, 'at the same time')));
    expect(await serving.stop()).toBe(0);
  },
  120_000,
);
