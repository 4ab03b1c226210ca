import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { modelFolder } from '../../generators/onnx/model-folder.ts';
import { refusal } from './fixtures.ts';

const folder = mkdtempSync(join(tmpdir(), 'model-folder-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const withData = (location: string) => {
  const path = join(folder, 'data');
  writeFileSync(path, 'weights');
  return { bytes: new Uint8Array(1), externalData: [{ location, path, used: 7, tensors: 1, bytes: 7 }] };
};

test('data files keep the names that the model knows them by', () => {
  const files = modelFolder(withData('parts/weights.bin'), 'model.onnx', ['golden.json']);
  expect([...files.keys()]).toEqual(['model.onnx', 'parts/weights.bin']);
});

test.each(['model.onnx', 'Golden.JSON'])('a data file called %s would take another file’s place', (location) => {
  expect(refusal(() => modelFolder(withData(location), 'model.onnx', ['golden.json'])).code).toBe(
    'MODEL_EXTERNAL_DATA',
  );
});
