import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadConfig } from '../../../runtime/config.ts';
import { candidateOf } from '../../../runtime/features/variants/candidate.ts';
import { furtherModels } from '../../../runtime/further-models.ts';
import { ROOT } from '../../../runtime/root.ts';
import { SAMPLE } from '../../helpers/service.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'candidate-'));
  cpSync(join(ROOT, dirname(SAMPLE)), folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

function load(more: string) {
  const file = join(folder, 'serving.yaml');
  writeFileSync(file, `${readFileSync(file, 'utf8')}\n${more}\n`);
  return loadConfig({ SERVING_CONFIG: file });
}

const section = (version: string, file = 'model/candidate.onnx') =>
  `variants:\n  mode: shadow\n  candidate: { version: "${version}", file: ${file}, sha256: ${'a'.repeat(64)} }`;

test('without the section there is none', () => {
  const config = load('');
  expect(candidateOf(config)).toBeUndefined();
  expect(furtherModels(config)).toEqual([]);
});

test('it is a model of its own, with its own golden samples', () => {
  const config = load(section('2.0.0'));
  expect(config.serving.variants).toMatchObject({ mode: 'shadow', weight: 10, workers: 1, tolerance: 0.001 });
  const candidate = candidateOf(config);
  expect(candidate).toMatchObject({
    modelPath: join(folder, 'model/candidate.onnx'),
    workers: 1,
    serving: { model: { name: config.serving.model.name, version: '2.0.0', sha256: 'a'.repeat(64) } },
  });
  expect(candidate?.golden?.samples).toHaveLength(3);
  expect(furtherModels(config)).toEqual([{ name: 'candidate', config: candidate }]);
});

test('without golden samples of its own its instances are the model’s', () => {
  rmSync(join(folder, 'model', 'candidate.golden.json'));
  const config = load(section('2.0.0'));
  const candidate = candidateOf(config);
  expect(candidate?.golden).toBeUndefined();
  expect(candidate?.questions).toEqual(config.questions);
});

test('a file that does not exist is refused by its field', () => {
  const config = load(section('2.0.0', 'model/none.onnx'));
  expect(() => candidateOf(config)).toThrow(
    expect.objectContaining({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(/variants.candidate.file: expected an ONNX file, found none at model\/none.onnx/),
    }),
  );
});

test.each([
  [section('1.0.0'), /serving.yaml:\d+ variants.candidate.version: expected another version than model.version/],
  [section('2.0.0', '../x.onnx'), /variants.candidate.file/],
  ['variants: { mode: both }', /variants.mode: expected one of shadow, ab/],
])('%s is refused', (more, message) => {
  expect(() => load(more)).toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(message) }),
  );
});
