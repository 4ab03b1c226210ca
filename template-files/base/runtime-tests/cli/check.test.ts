import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from '../../runtime/root.ts';
import { runCommand } from '../helpers/command.ts';
import { npy } from '../helpers/npy.ts';
import { SAMPLE } from '../helpers/service.ts';

/** `npm run check` and `npm run golden` over a copy of the sample whose golden samples no longer fit. */
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'check-'));
  cpSync(join(ROOT, dirname(SAMPLE)), folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

const run = (command: string, ...args: string[]) => runCommand(folder, `cli/${command}`, ...args);

/** The instances of golden.json, changed. */
function change(instance: (before: unknown, place: number) => unknown): void {
  const path = join(folder, 'model', 'golden.json');
  const file = JSON.parse(readFileSync(path, 'utf8')) as { samples: { instance: unknown }[] };
  const samples = file.samples.map((sample, place) => ({ ...sample, instance: instance(sample.instance, place) }));
  writeFileSync(path, JSON.stringify({ ...file, samples }));
}

test.each([0, 2])('a golden sample that is no instance any more is named (%i)', (at) => {
  change((before, place) => (place === at ? { other: 1 } : before));
  const { status, stderr } = run('check');
  expect([status, stderr]).toEqual([
    1,
    expect.stringMatching(new RegExp(`^model/golden.json, sample ${at}: instances`)),
  ]);
  expect(stderr).toContain('(MODEL_MISMATCH)');
});

test('where the model takes no sample any more, one from a trial run takes their place', () => {
  change(() => [1, 2]);
  const { status, stdout } = run('golden', '--write');
  expect([status, stdout]).toEqual([0, expect.stringMatching(/no longer an instance: instances\[0\]/)]);
  expect(stdout).toContain('made from a trial run, because the model takes float_input [1, 4]');
  const { samples } = JSON.parse(readFileSync(join(folder, 'model', 'golden.json'), 'utf8'));
  expect(samples).toEqual([
    {
      instance: expect.objectContaining({ sepal_length: expect.any(Number), petal_width: expect.any(Number) }),
      prediction: expect.objectContaining({ label: expect.any(String) }),
    },
  ]);
  expect(run('check').stderr).toBe('');
});

test('without --write nothing is made up', () => {
  change(() => [1, 2]);
  const before = readFileSync(join(folder, 'model', 'golden.json'), 'utf8');
  const { status, stdout } = run('golden');
  expect([status, stdout.includes('trial run')]).toEqual([1, false]);
  expect(readFileSync(join(folder, 'model', 'golden.json'), 'utf8')).toBe(before);
});

test('a label can be renamed: the reference follows, and the samples are written again', () => {
  const path = join(folder, 'serving.yaml');
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, text.replace('setosa, versicolor', 'setosa, "Iris versicolor"'));
  expect(run('check').status).toBe(1);
  expect(run('golden', '--write').status).toBe(0);
  expect(run('check')).toMatchObject({ status: 0, stderr: '', stdout: expect.not.stringContaining('Drift') });
});

describe('check --write', () => {
  const path = () => join(folder, 'serving.yaml');
  const edit = (change: (text: string) => string) => writeFileSync(path(), change(readFileSync(path(), 'utf8')));

  test('writes the shape of an output that the model shows, and nothing else', () => {
    edit((text) => text.replace('tabular-classification', 'custom').replace(/ {4}labels: .*\n/, ''));
    edit((text) => text.replace('shape: [-1, 3]', 'shape: [-1, -1] # of the classes'));
    const before = readFileSync(path(), 'utf8');
    const { stdout } = run('check', '--write');
    expect(stdout).toContain('Wrote outputs[0].shape: "probabilities" was [-1, -1] and is [-1, 3], as in the model.');
    expect(readFileSync(path(), 'utf8')).toBe(before.replace('[-1, -1] #', '[-1, 3] #'));
  });

  test('writes nothing where serving.yaml says what the model shows', () => {
    const before = readFileSync(path(), 'utf8');
    const { status, stdout } = run('check', '--write');
    expect([status, stdout.includes('Wrote')]).toEqual([0, false]);
    expect(readFileSync(path(), 'utf8')).toBe(before);
  });
});

describe('check --against', () => {
  const INSTANCE = { sepal_length: 5.1, sepal_width: 3.4, petal_length: 1.5, petal_width: 0.2 };
  const record = (columns: number[], answer?: object) => {
    const path = join(folder, 'record');
    mkdirSync(path);
    writeFileSync(join(path, 'input.npy'), npy('<f4', [1, 4], Float32Array.from(columns)));
    const steps = [{ step: 'tensor', tensors: [{ name: 'float_input', file: 'input.npy' }] }];
    const samples = [{ name: 'first', raw: { row: INSTANCE }, steps, answer }];
    const text = { format: 'ml-serving-record/v1', versions: { sklearn: '1.9.1' }, samples };
    writeFileSync(join(path, 'record.json'), JSON.stringify(text));
    return path;
  };

  test('a record that agrees, and then the rest of the check', () => {
    const { status, stdout } = run('check', '--against', record([5.1, 3.4, 1.5, 0.2]));
    expect([status, stdout.split('\n').slice(0, 3)]).toEqual([
      0,
      ['first: agrees', '  tensor: agrees, equal', '1 sample of training (sklearn 1.9.1) agrees with the service.'],
    ]);
    expect(stdout).toContain('4 golden samples agree');
  });

  test('the first step that differs is named, although the golden samples differ as well', () => {
    change((before, place) => (place === 0 ? [1, 2, 3, 4] : before));
    const path = record([51, 34, 15, 2], { label: 'setosa' });
    const { status, stdout, stderr } = run('check', '--against', path);
    expect([status, stderr]).toEqual([
      1,
      `${path}: 1 of 1 samples differ from training; the first step that differs is tensor\n(RECORD_DIFFERS)\n`,
    ]);
    expect(stdout).toContain('  tensor: differs, float_input: largest difference 45.9');
  });

  test('a folder that holds no record', () => {
    const { status, stderr } = run('check', '--against', folder);
    expect([status, stderr]).toEqual([1, expect.stringMatching(/record\.json: cannot be read.*\n\(RECORD_INVALID\)/)]);
  });
});
