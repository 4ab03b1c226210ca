import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../src/config.ts';
import { readOnnxHeader } from '../../src/inference/onnx-header.ts';
import { SAMPLE } from '../helpers/service.ts';

const { modelPath } = loadConfig({ SERVING_CONFIG: SAMPLE });
const folder = mkdtempSync(join(tmpdir(), 'onnx-header-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('the opsets of the model', async () => {
  const { irVersion, opsets } = await readOnnxHeader(modelPath);
  expect(irVersion).toBeGreaterThanOrEqual(3);
  expect(opsets['ai.onnx']).toBeGreaterThanOrEqual(7);
});

test('a file that is cut off anywhere is refused', async () => {
  const bytes = readFileSync(modelPath);
  const path = join(folder, 'cut.onnx');
  for (let length = 0; length < Math.min(bytes.length, 40); length++) {
    writeFileSync(path, bytes.subarray(0, length));
    await expect(readOnnxHeader(path)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  }
});

test('endless numbers are refused', async () => {
  const path = join(folder, 'endless.onnx');
  writeFileSync(path, Buffer.alloc(64, 0xff));
  await expect(readOnnxHeader(path)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
});
