import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../runtime/config.ts';
import { readOnnxHeader } from '../../runtime/inference/model-file.ts';
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

test('what the exporter wrote of the model, without what is no entry', async () => {
  const path = join(folder, 'metadata.onnx');
  const entry = (bytes: number[]) => Buffer.from([0x72, bytes.length, ...bytes]);
  const text = (field: number, value: string) => [(field << 3) + 2, value.length, ...Buffer.from(value)];
  const entries = [
    entry([...text(1, 'imgsz'), ...text(2, '[640, 480]')]),
    entry([...text(1, '__proto__'), ...text(2, 'x')]),
    entry([...text(1, 'other'), 0x18, 1]),
  ];
  writeFileSync(path, Buffer.concat([readFileSync(modelPath), ...entries]));
  const { metadata } = await readOnnxHeader(path);
  expect(metadata['imgsz']).toBe('[640, 480]');
  expect(Object.getPrototypeOf(metadata)).toBe(Object.prototype);
  expect(metadata['other']).toBeUndefined();
});

test('endless numbers are refused', async () => {
  const path = join(folder, 'endless.onnx');
  writeFileSync(path, Buffer.alloc(64, 0xff));
  await expect(readOnnxHeader(path)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
});
