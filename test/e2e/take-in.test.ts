import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { temporaryFolder } from './support/folder.ts';
import { repositoryRoot } from './support/packed.ts';
import { cli, must, run } from './support/run.ts';
import { post, serve } from './support/serve.ts';
import { stampOut } from './support/stamp-out.ts';
import { DOWN, ENTER, terminal } from './support/terminal.ts';

/* `create-ml-serving my-model --model file.onnx`: what is read, what is asked, what is said, and what is refused. */

const folder = temporaryFolder();
const QUIET = ['--yes', '--no-install', '--no-git'];
const fixture = (name: string) => join(repositoryRoot, 'test', 'models', `${name}.onnx`);
const yamlIn = (directory: string) => parse(readFileSync(join(directory, 'serving.yaml'), 'utf8'));

test('the whole way with one command: installed, answered for itself, committed', async () => {
  const result = await cli(['whole', '--yes', '--model', fixture('lightgbm/model')], { cwd: folder, timeout: 600_000 });
  expect(result).toMatchObject({ code: 0, stdout: '' });
  expect(result.stderr).toContain('ZipMap dropped: output probabilities');
  expect(result.stderr).toMatch(/say it in serving\.yaml:\n {2}inputs\[0\]\.features: Names of the 4 columns of input/);
  const directory = join(folder, 'whole');
  const golden = JSON.parse(readFileSync(join(directory, 'model', 'golden.json'), 'utf8'));
  expect(golden.samples).toMatchObject([{ prediction: { label: expect.any(String) } }]);
  expect(yamlIn(directory).model).toMatchObject({ released: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) });
  expect((await must('git', ['status', '--porcelain'], { cwd: directory })).stdout).toBe('');
  expect((await must('npm', ['run', 'check'], { cwd: directory })).stdout).toContain('1 golden samples agree');
  const { stdout, stderr } = await must('npm', ['test'], { cwd: directory });
  expect(stdout + stderr).toMatch(/Tests: +\d+ passed/);
}, 1_200_000);

test('regenerate keeps a model that was taken in, and what is set anew comes beside it', async () => {
  const directory = join(folder, 'whole');
  const before = readFileSync(join(directory, 'serving.yaml'), 'utf8');
  expect(await cli(['regenerate', directory, '--check'])).toMatchObject({ code: 0 });
  expect(await cli(['regenerate', directory, '--set', 'node=22'])).toMatchObject({ code: 0 });
  expect(readFileSync(join(directory, 'serving.yaml'), 'utf8')).toBe(before);
  expect(readFileSync(join(directory, 'Dockerfile'), 'utf8')).toContain('node:22');
  expect(readFileSync(join(directory, '.ml-serving', 'answers.yaml'), 'utf8')).not.toContain('lightgbm');
  expect((await must('npm', ['run', 'check'], { cwd: directory })).stdout).toContain('1 golden samples agree');
}, 60_000);

test('without answers to its samples a service says so, and answers', async () => {
  const directory = join(folder, 'open');
  await stampOut(directory, [], ['--model', fixture('zipmap-int/model')]);
  expect((await must('npm', ['run', 'check'], { cwd: directory })).stdout).toContain('no golden sample has an answer');
  const serving = await serve(directory);
  try {
    expect((await fetch(`${serving.url}/predict/test`)).status).toBe(404);
    const { status } = await post(`${serving.url}/predict`, { instances: [[5.1, 3.5, 1.4, 0.2]] });
    expect(status).toBe(200);
  } finally {
    expect(await serving.stop()).toBe(0);
  }
  // The log is written when there is time for it.
  expect(serving.log()).toContain('nothing shows that the model answers right');
  const { stdout } = await must('npm', ['run', 'golden', '--', '--write'], { cwd: directory });
  expect(stdout).toContain('golden sample 0: had no answer; the model now answers for itself');
  expect((await must('npm', ['run', 'check'], { cwd: directory })).stdout).toContain('1 golden samples agree');
}, 120_000);

/** What a repository answers whose samples have the model's own answers. */
async function answersOf(name: string, instances: unknown[], flags: readonly string[] = []): Promise<unknown> {
  const directory = join(folder, `answers-${name}`);
  await stampOut(directory, [], ['--model', fixture(`crafted/${name}`), ...flags]);
  await must('npm', ['run', 'golden', '--', '--write'], { cwd: directory });
  expect((await must('npm', ['run', 'check'], { cwd: directory })).stdout).toContain('1 golden samples agree');
  const serving = await serve(directory);
  try {
    const { body } = await post(`${serving.url}/predict`, { instances });
    return (body as { predictions: unknown }).predictions;
  } finally {
    await serving.stop();
  }
}

test('texts are lower-cased in the locale that the image has, beyond ASCII too', async () => {
  const texts = ['The GRÜNE Straße', 'ÉCOLE ΣΟΦΊΑ ЁЖ'].map((text) => [text]);
  expect(
    await answersOf(
      'lower-case',
      texts.map((text) => ({ text })),
    ),
  ).toEqual([{ lower: 'the grüne straße' }, { lower: 'école σοφία ёж' }]);
}, 120_000);

test('both scores of two classes are answered, and the label is the model’s own', async () => {
  expect(
    await answersOf('one-score', [
      [1, 2],
      [3, 1],
    ]),
  ).toEqual([
    { label: '3', probabilities: { 3: 1.5, 5: -1.5 } },
    { label: '5', probabilities: { 3: -1.5, 5: 1.5 } },
  ]);
}, 120_000);

test('the nearest centre is what a clustering answers, as a model of any type and as a classifier', async () => {
  expect(await answersOf('distances', [{ x: [9] }, { x: [19] }])).toMatchObject([{ label: 1 }, { label: 2 }]);
  rmSync(join(folder, 'answers-distances'), { recursive: true });
  const set = ['--set', 'modelType=tabular-classification'];
  expect(await answersOf('distances', [[9], [19]], set)).toMatchObject([{ label: 'class_1' }, { label: 'class_2' }]);
}, 120_000);

test('a shape that the runtime knows better than the file is the one that is served', async () => {
  const h = [[[-1, 2, -3, 4, -5, 6, -7, 8]]];
  expect(await answersOf('known-size', [{ h }])).toEqual([{ y: [[[0, 2, 0, 4, 0, 6, 0, 8]]] }]);
  expect(yamlIn(join(folder, 'answers-known-size')).outputs).toMatchObject([{ shape: [1, 1, 8] }]);
}, 120_000);

test('several labels may apply to a row: those that the model names, or those beyond the threshold', async () => {
  const share = (x: number) => 1 / (1 + Math.exp(-x));
  const rows = [
    [2, 1],
    [-4, -1],
  ];
  const predictions = [
    { labels: ['class_0', 'class_2'], probabilities: probabilities([share(1), share(-1), share(1.5)]) },
    { labels: ['class_1'], probabilities: probabilities([share(-3), share(3), share(-2.5)]) },
  ];
  expect(await answersOf('multi-label', rows)).toEqual(predictions);
  expect(await answersOf('sigmoids', rows)).toEqual(predictions);
}, 600_000);

function probabilities(values: readonly number[]) {
  return Object.fromEntries(values.map((value, i) => [`class_${i}`, expect.closeTo(value, 6)]));
}

test('scores that are no probabilities are answered as scores, or by the step that serving.yaml names', async () => {
  expect(await answersOf('logits', [[1, 2]])).toEqual([
    { label: 'class_2', scores: { class_0: 1.5, class_1: 1.5, class_2: 2 } },
  ]);
  const path = join(folder, 'answers-logits', 'serving.yaml');
  writeFileSync(path, readFileSync(path, 'utf8').replace('activation: none', 'activation: softmax'));
  const { stdout } = await must('npm', ['run', 'golden', '--', '--write'], { cwd: join(folder, 'answers-logits') });
  expect(stdout).not.toContain('Mind that');
  const serving = await serve(join(folder, 'answers-logits'));
  try {
    const { body } = await post(`${serving.url}/predict`, { instances: [[1, 2]] });
    const sum = 2 * Math.exp(-0.5) + 1;
    const shares = [Math.exp(-0.5) / sum, Math.exp(-0.5) / sum, 1 / sum];
    expect((body as { predictions: unknown }).predictions).toEqual([
      { label: 'class_2', probabilities: probabilities(shares) },
    ]);
  } finally {
    await serving.stop();
  }
}, 600_000);

test.each([
  ['hidden-width', { x: [1, 0, 0, 0, 0, 0, 0] }, { y: [0, 1, 2] }, /the model takes x \[1, 7\]/],
  ['not-zero', { x: 1 }, { value: 10 }, /the model takes x \[1\]/],
])(
  'a model that refuses the sample is asked what it takes (%s)',
  async (name, instance, prediction, line) => {
    const directory = join(folder, `takes-${name}`);
    await stampOut(directory, [], ['--model', fixture(`crafted/${name}`)]);
    const { stdout } = await must('npm', ['run', 'golden', '--', '--write'], { cwd: directory });
    expect(stdout).toMatch(line);
    expect((await must('npm', ['run', 'check'], { cwd: directory })).stdout).toContain('1 golden samples agree');
    const serving = await serve(directory);
    try {
      const { body } = await post(`${serving.url}/predict`, { instances: [instance] });
      expect((body as { predictions: unknown }).predictions).toEqual([prediction]);
    } finally {
      await serving.stop();
    }
  },
  120_000,
);

test('a size that only the metadata names is tried first', async () => {
  const directory = join(folder, 'named-size');
  await stampOut(directory, [], ['--model', fixture('crafted/named-size'), '--set', 'modelType=custom']);
  const { stdout } = await must('npm', ['run', 'golden', '--', '--write'], { cwd: directory });
  expect(stdout).toContain('the model takes images [1, 1, 96, 160]');
}, 120_000);

test('a model that fails in every trial run does not pass its check, which says the reason of the runtime', async () => {
  const directory = join(folder, 'no-rank');
  await stampOut(directory, [], ['--model', fixture('crafted/no-rank')]);
  const check = await run('npm', ['run', 'check'], { cwd: directory });
  expect(check).toMatchObject({ code: 1, stderr: expect.stringMatching(/fails in all \d+ trial runs: .*MatMul/) });
  const golden = await run('npm', ['run', 'golden', '--', '--write'], { cwd: directory });
  expect(golden).toMatchObject({ code: 1, stderr: expect.stringMatching(/fails in all \d+ trial runs/) });
}, 120_000);

test('labels in one row for all rows are left out, so that rows share a run and tables are read', async () => {
  expect(
    await answersOf('labels-in-a-row', [
      [1, 2],
      [3, 1],
    ]),
  ).toMatchObject([{ label: '15' }, { label: '5' }]);
  const directory = join(folder, 'answers-labels-in-a-row');
  writeFileSync(join(folder, 'rows.csv'), 'feature_0,feature_1\n1,2\n3,1\n');
  const args = ['--input', join(folder, 'rows.csv'), '--output', join(folder, 'rows.jsonl')];
  await must('npm', ['run', 'batch', '--', ...args], { cwd: directory });
  expect(readFileSync(join(folder, 'rows.jsonl'), 'utf8')).toMatch(/"label":"15".*\n.*"label":"5"/);
}, 120_000);

test('a model that does not answer in the shape that it declares is refused with both shapes', async () => {
  const directory = join(folder, 'narrow');
  await stampOut(directory, [], ['--model', fixture('crafted/narrow')]);
  const said = /outputs\[0\]\.shape: expected "probabilities" to be \[2, 3\] for 2 rows of input, found \[2, 1\]/;
  for (const args of [['check'], ['golden', '--', '--write']]) {
    const { code, stderr } = await run('npm', ['run', ...args], { cwd: directory });
    expect([code, stderr]).toEqual([1, expect.stringMatching(said)]);
  }
}, 120_000);

test('answers go before what the file says; names given to the classes reach the label', async () => {
  const directory = join(folder, 'named');
  const outputs = [
    { name: 'output_label', datatype: 'INT64', shape: [-1], classes: [0, 1, 2] },
    { name: 'probabilities', datatype: 'FP32', shape: [-1, 3], labels: ['setosa', 'versicolor', 'virginica'], topK: 2 },
  ];
  await stampOut(
    directory,
    ['modelName=iris', `outputs=${JSON.stringify(outputs)}`],
    ['--model', fixture('zipmap-int/model')],
  );
  await must('npm', ['run', 'check'], { cwd: directory });
  const serving = await serve(directory);
  try {
    const { body } = await post(`${serving.url}/predict`, { instances: [[6.7, 3.1, 5.6, 2.4]] });
    expect(body).toMatchObject({ model_name: 'iris', predictions: [{ label: 'virginica' }] });
    const [first] = (body as { predictions: { probabilities: object }[] }).predictions;
    expect(Object.keys(first?.probabilities ?? {})).toHaveLength(2);
  } finally {
    await serving.stop();
  }
}, 120_000);

test('a model type that is set is the one that is proposed for', async () => {
  const args = ['typed', ...QUIET, '--json', '--model', fixture('token-ids/model'), '--set', 'modelType=custom'];
  const { code, stdout } = await cli(args, { cwd: folder });
  const { answers, files, model } = JSON.parse(stdout);
  expect([code, answers.modelType, answers.inputs[0].text]).toEqual([0, 'custom', undefined]);
  expect(files.map(({ path }: { path: string }) => path)).not.toContain('model/tokenizer.json');
  expect(model).toMatchObject({
    golden: 'open',
    changes: [],
    assumed: [],
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
});

test('a dry run and --json say everything and write nothing', async () => {
  const flags = ['planned', ...QUIET, '--dry-run', '--model', fixture('string-columns/model')];
  const dry = await cli(flags, { cwd: folder });
  expect(dry.stdout).toContain('given   model/model.onnx');
  expect(dry.stderr).toContain('inputs[0].features: Categories of the columns of plan');
  const planned = await cli([...flags, '--json'], { cwd: folder });
  expect(planned).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(planned.stdout).model).toMatchObject({
    changes: [expect.stringContaining('ZipMap dropped')],
    notes: [expect.stringContaining('model type tabular-classification')],
    assumed: expect.arrayContaining([expect.objectContaining({ path: 'inputs[0].features', kind: 'ranges' })]),
  });
  expect(existsSync(join(folder, 'planned'))).toBe(false);
});

test('the tokenizer beside the model comes along, or the one that is named', async () => {
  const place = join(folder, 'exported');
  mkdirSync(join(place, 'onnx'), { recursive: true });
  copyFileSync(fixture('token-ids/model'), join(place, 'onnx', 'model.onnx'));
  const without = await cli(['lost', ...QUIET, '--model', 'exported/onnx/model.onnx'], { cwd: folder });
  expect(without).toMatchObject({ code: 1, stderr: expect.stringMatching(/MODEL_TOKENIZER[\s\S]*--tokenizer FILE/) });
  expect(existsSync(join(folder, 'lost'))).toBe(false);
  copyFileSync(join(repositoryRoot, 'test/models/token-ids/tokenizer.json'), join(place, 'tokenizer.json'));
  writeFileSync(join(place, 'tokenizer_config.json'), '{}');
  await cli(['found', ...QUIET, '--model', 'exported/onnx/model.onnx'], { cwd: folder });
  expect(readdirSync(join(folder, 'found', 'model')).sort()).toEqual([
    'golden.json',
    'model.onnx',
    'tokenizer.json',
    'tokenizer_config.json',
  ]);
});

test('the length that training cut texts at is named, and damaged settings of a tokenizer are refused', async () => {
  const place = join(folder, 'cut');
  mkdirSync(place);
  copyFileSync(fixture('token-ids/model'), join(place, 'model.onnx'));
  const own = JSON.parse(readFileSync(join(repositoryRoot, 'test/models/token-ids/tokenizer.json'), 'utf8'));
  const truncation = { direction: 'Right', max_length: 96, strategy: 'LongestFirst', stride: 0 };
  writeFileSync(join(place, 'tokenizer.json'), JSON.stringify({ ...own, truncation }));
  const { stderr } = await cli(['cut-at', ...QUIET, '--model', 'cut/model.onnx'], { cwd: folder });
  expect(stderr).toContain('The longest text in tokens; 96 until then, as tokenizer.json has it');
  writeFileSync(join(place, 'tokenizer_config.json'), '[]');
  const refused = await cli(['cut-not', ...QUIET, '--model', 'cut/model.onnx'], { cwd: folder });
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/MODEL_TOKENIZER[\s\S]*expected an object/) });
});

test('weights beside the model come along under their own name', async () => {
  await cli(['heavy', ...QUIET, '--model', fixture('crafted/external')], { cwd: folder });
  const own = readFileSync(join(folder, 'heavy', 'model', 'external.bin'));
  expect(own.equals(readFileSync(join(repositoryRoot, 'test/models/crafted/external.bin')))).toBe(true);
});

test('a model that fails on its sample: the repository is there and committed, and what failed is said', async () => {
  const tools = join(folder, 'tools');
  mkdirSync(tools);
  const npm = '#!/bin/sh\n[ "$1" = install ] && exit 0\necho "no golden sample is an instance" >&2; exit 1\n';
  writeFileSync(join(tools, 'npm'), npm, { mode: 0o755 });
  const env = { ...process.env, PATH: `${tools}:${process.env['PATH']}` };
  const result = await cli(['failing', '--yes', '--model', fixture('xgboost/model')], { cwd: folder, env });
  expect(result).toMatchObject({ code: 4, stderr: expect.stringMatching(/GOLDEN_FAILED: .*no golden sample is/) });
  expect((await must('git', ['status', '--porcelain'], { cwd: join(folder, 'failing') })).stdout).toBe('');
});

test('--force over a repository: the model that is given goes in, the team’s own files stay', async () => {
  await cli(['forced', ...QUIET], { cwd: folder });
  const directory = join(folder, 'forced');
  writeFileSync(join(directory, 'src', 'hooks', 'preprocess.ts'), '// ours\n');
  const result = await cli(['forced', ...QUIET, '--force', '--model', fixture('xgboost/model')], { cwd: folder });
  expect(result.code).toBe(0);
  expect(result.stderr).toMatch(/Overwrote .*model\/model\.onnx/);
  expect(readFileSync(join(directory, 'model', 'model.onnx')).equals(readFileSync(fixture('xgboost/model')))).toBe(
    true,
  );
  expect(readFileSync(join(directory, 'src', 'hooks', 'preprocess.ts'), 'utf8')).toBe('// ours\n');
});

describe('what cannot be served is refused, and nothing is written', () => {
  const wrong = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  test.each<[string, () => string[], string, RegExp]>([
    ['no file', () => ['--model', 'missing.onnx'], 'MODEL_NOT_FOUND', /missing\.onnx/],
    ['a folder', () => ['--model', '.'], 'MODEL_UNREADABLE', /folder/],
    ['no ONNX', () => ['--model', wrong('text.onnx', 'hello')], 'MODEL_NOT_ONNX', /text\.onnx/],
    ['half a file', () => ['--model', half()], 'MODEL_TRUNCATED', /half\.onnx/],
    ['BF16', () => ['--model', fixture('crafted/bfloat16')], 'MODEL_UNSUPPORTED', /bfloat16/],
    [
      'unknown operators',
      () => ['--model', fixture('crafted/unknown-operators')],
      'MODEL_UNSUPPORTED',
      /cannot be served/,
    ],
    [
      'another interface than the model has',
      () => ['--model', fixture('xgboost/model'), '--set', 'inputs=x:FP32[-1,10]'],
      'MODEL_MISMATCH',
      /inputs\[0\] "x": the model's are input[\s\S]*"input" is missing/,
    ],
    [
      'golden samples of another form',
      () => ['--model', fixture('xgboost/model'), '--golden', wrong('golden.json', '{"samples": []}')],
      'MODEL_GOLDEN',
      /tolerance/,
    ],
    [
      'a tokenizer that is none',
      () => ['--model', fixture('token-ids/model'), '--tokenizer', wrong('tokens.json', '{')],
      'MODEL_TOKENIZER',
      /tokens\.json/,
    ],
    [
      'a tokenizer of an unknown kind',
      () => [
        '--model',
        fixture('token-ids/model'),
        '--tokenizer',
        wrong('kind.json', '{"model": {"type": "Syllables"}, "normalizer": {"type": "Romanise"}}'),
      ],
      'MODEL_TOKENIZER',
      /kind\.json cannot be used:\s+model\.type: expected one of BPE.*found "Syllables"\s+normalizer\.type: .*found "Romanise"/,
    ],
    ['a tokenizer without a model', () => ['--tokenizer', 'x.json'], 'USAGE', /--tokenizer goes with --model/],
  ])('%s', async (_what, flags, code, message) => {
    const before = readdirSync(folder);
    const args = flags();
    const result = await cli(['refused', ...QUIET, ...args], { cwd: folder });
    expect([result.code, result.stderr]).toEqual([1, expect.stringContaining(`error ${code}: `)]);
    expect(result.stderr).toMatch(message);
    expect(readdirSync(folder).filter((name) => !before.includes(name) && !/\.(onnx|json)$/.test(name))).toEqual([]);
  });

  function half(): string {
    const path = join(folder, 'half.onnx');
    const bytes = readFileSync(fixture('xgboost/model'));
    writeFileSync(path, bytes.subarray(0, bytes.length / 2));
    return path;
  }
});

test('in a terminal only what the file does not tell is asked, with what it says as the default', async () => {
  const set = ['owner=a', 'contact=b', 'ci=none', 'registry=x', 'node=24', 'description=d', 'modelVersion=1.0.0'];
  const flags = set.flatMap((answer) => ['--set', answer]);
  const person = terminal(
    ['asked', '--no-install', '--no-git', ...flags, '--model', fixture('zipmap-int/model')],
    folder,
  );
  await person.see('ZipMap dropped');
  await person.see('Name of the service');
  person.type(ENTER);
  await person.see('Type of the model');
  person.type(ENTER);
  await person.see('Name of the model');
  person.type(ENTER);
  await person.see('Features of the service');
  person.type(ENTER);
  await person.see('Names of the 4 columns of X');
  person.type(`${'\u007f'.repeat(60)}sepal_length, sepal_width, petal_length${ENTER}`);
  await person.see('expected 4 columns');
  person.type(`, petal_width${ENTER}`);
  await person.see('Units, ranges and categories');
  person.type(`sepal_height cm${ENTER}`);
  await person.see('the name of no column');
  person.type(`${'\u007f'.repeat(30)}sepal_length cm 0..10, petal_width ..5${ENTER}`);
  await person.see('Names of the classes 0, 1, 2');
  person.type(`${'\u007f'.repeat(10)}setosa, versicolor, virginica${ENTER}`);
  expect(await person.ended()).toBe(0);
  expect(person.screen()).not.toContain('Inputs of the model');
  expect(yamlIn(join(folder, 'asked'))).toMatchObject({
    inputs: [
      {
        features: [
          { name: 'sepal_length', unit: 'cm', min: 0, max: 10 },
          { name: 'sepal_width' },
          { name: 'petal_length' },
          { name: 'petal_width', max: 5 },
        ],
      },
    ],
    outputs: [{ classes: [0, 1, 2] }, { labels: ['setosa', 'versicolor', 'virginica'] }],
  });
}, 60_000);

test('in a terminal: the steps of pictures are chosen', async () => {
  const set = [
    'name=pics',
    'owner=a',
    'contact=b',
    'ci=none',
    'registry=x',
    'node=24',
    'description=d',
    'modelVersion=1.0.0',
  ];
  const flags = [...set.flatMap((answer) => ['--set', answer]), '--set', 'modelName=m'];
  const person = terminal(
    ['pictures', '--no-install', '--no-git', ...flags, '--model', fixture('crafted/image')],
    folder,
  );
  await person.see('Type of the model');
  person.type(ENTER);
  await person.see('Features of the service');
  person.type(ENTER);
  await person.see('How pictures were scaled');
  person.type(DOWN + ENTER);
  expect(await person.ended()).toBe(0);
  expect(yamlIn(join(folder, 'pictures')).inputs[0].image).toEqual({
    profile: 'torchvision',
    shorterSide: 256,
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
  });
}, 60_000);

test('asked and not asked give the same repository', async () => {
  const flags = ['--no-install', '--no-git', '--model', fixture('naive-bayes/model'), '--set', 'name=same'];
  const person = terminal(['same-asked', ...flags], folder);
  const ended = person.ended();
  let over = false;
  void ended.then(() => {
    over = true;
  });
  while (!over) {
    person.type(ENTER);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(await ended).toBe(0);
  await cli(['same-told', '--yes', ...flags], { cwd: folder });
  const { stdout } = await run('diff', ['-r', 'same-asked', 'same-told'], { cwd: folder });
  expect(stdout).toBe('');
}, 60_000);
