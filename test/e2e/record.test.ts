import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './support/folder.ts';
import { repositoryRoot } from './support/packed.ts';
import { python } from './support/python.ts';
import { cli, must, run } from './support/run.ts';
import { stampOut } from './support/stamp-out.ts';

/*
 * Models that are trained here, recorded by tools/record.py of the repository itself, imported, and compared: the record of training
 * agrees, and a step that training took in another way is the one that is named.
 */

const folder = temporaryFolder();
const REQUIREMENTS = [
  'numpy==2.4.6',
  'onnx==1.23.2',
  'onnxruntime==1.32.0',
  'pillow==13.0.0',
  'scikit-learn==1.9.1',
  'skl2onnx==1.20.0',
  'tokenizers==0.23.3',
];
const TOOLS = join(repositoryRoot, 'template-files', 'base', 'tools');
let interpreter = '';
beforeAll(async () => {
  interpreter = await python(REQUIREMENTS);
}, 600_000);

const PIXELS = {
  name: 'pixels',
  datatype: 'FP32',
  shape: [-1, 3, 16, 16],
  image: { fit: 'cover', shorterSide: 20, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
};

const KINDS: readonly {
  readonly kind: string;
  readonly answers: readonly string[];
  readonly steps: readonly string[];
}[] = [
  { kind: 'table', answers: [], steps: ['tensor', 'answer'] },
  { kind: 'text', answers: [], steps: ['ids', 'answer'] },
  {
    kind: 'picture',
    answers: ['modelType=image-classification', `inputs=${JSON.stringify([PIXELS])}`],
    steps: ['decode', 'colour', 'resize', 'crop', 'normalise', 'answer'],
  },
];

describe.each(KINDS)('$kind', ({ kind, answers, steps }) => {
  const output = join(folder, kind);
  const directory = join(folder, `${kind}-service`);
  const model = join(output, 'model.onnx');
  const check = (record: string) =>
    run('npm', ['run', '--silent', 'check', '--', '--against', join(output, record)], { cwd: directory });

  beforeAll(async () => {
    const script = join(repositoryRoot, 'test', 'models', 'record', 'train.py');
    await must(interpreter, [script, kind, TOOLS, output, ...steps], {
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
    });
    await stampOut(directory, answers, ['--model', model, '--golden', join(output, 'record')]);
  }, 300_000);

  test('the record agrees at each step, and its answers are the golden samples', async () => {
    const { code, stdout } = await check('record');
    expect(stdout).toMatch(/^3 samples of training \(python .*numpy .*\) agree with the service\.$/m);
    for (const step of steps) expect(stdout.match(new RegExp(`^ {2}${step}: agrees`, 'gm'))).toHaveLength(3);
    expect([code, stdout]).toEqual([0, expect.stringContaining('3 golden samples agree')]);
  }, 120_000);

  test.each(steps)(
    'training that took another %s is found out, by its name',
    async (step) => {
      const { code, stdout, stderr } = await check(`record-${step}`);
      expect(stderr).toContain(
        `samples differ from training; the first step that differs is ${step}\n(RECORD_DIFFERS)`,
      );
      expect([code, stdout]).toEqual([
        1,
        expect.stringMatching(new RegExp(`differs from ${step} on\n[\\s\\S]*^ {2}${step}: differs, `, 'm')),
      ]);
    },
    120_000,
  );
});

test('a release shows the record and each step; one that differs is taken back', async () => {
  const directory = join(folder, 'table-service');
  const files = ['serving.yaml', 'model/golden.json'].map((path) => join(directory, path));
  const contents = () => files.map((path) => readFileSync(path, 'utf8'));
  const release = (record: string) =>
    cli([
      'model',
      join(folder, 'table', 'model.onnx'),
      '--directory',
      directory,
      '--golden',
      join(folder, 'table', record),
    ]);
  const before = contents();
  const refused = await release('record-tensor');
  expect(refused.stdout).toMatch(
    /record of training: 3 samples \(python .*\), steps tensor, answer, answers to 0\.00001/,
  );
  expect(refused.stdout).toContain('  tensor: differs, ');
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('the first step that differs is tensor') });
  expect(contents()).toEqual(before);
  const released = await release('record');
  expect(released.stdout).toContain('  tensor: agrees, equal');
  expect(released.stdout).toMatch(/golden sample 2: agrees \(largest difference .*\): \{"label":"virginica"/);
  expect(released).toMatchObject({ code: 0, stdout: expect.stringContaining('Released version') });
}, 120_000);

test('the recorder refuses what it could only record wrongly', async () => {
  const attempt = async (code: string) => {
    const head = `import sys; sys.path.insert(0, ${JSON.stringify(TOOLS)}); from record import Recorder; import numpy as np`;
    const script = join(folder, 'attempt.py');
    writeFileSync(script, `${head}\nr = Recorder(${JSON.stringify(join(folder, 'attempt'))}, replace=True)\n${code}\n`);
    return (await run(interpreter, ['-B', script])).stderr.trim().split('\n').at(-1);
  };
  expect(await attempt('r.close()')).toBe('ValueError: no sample was recorded');
  expect(await attempt('r.sample(text="a", row=[1])')).toBe(
    'ValueError: a sample has exactly one of file=, text= and row=',
  );
  expect(await attempt('r.sample(row=[float("inf")])')).toContain('infinity');
  expect(await attempt('r.sample(text="a").step("warp", [1])')).toContain("'warp' is no step; the steps are decode,");
  expect(await attempt('r.sample(text="a").step("ids", np.array([1j]))')).toContain(
    'record numbers, truth values or texts',
  );
  expect(await attempt('r.sample(text="a").answer(object())')).toBe('TypeError: object is no value of JSON');
  expect(await attempt('r.sample(text="a")\nr.sample(text="b")')).toContain('the sample before is still open');
  expect(await attempt(`Recorder(${JSON.stringify(TOOLS)})`)).toContain('is not empty and holds no record');
}, 60_000);
