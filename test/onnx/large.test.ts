import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDirectory } from '../../generators/apply/create-directory.ts';
import { bytesOf, PIECE } from '../../generators/contents.ts';
import { encode } from '../../generators/onnx/encode.ts';
import { takeIn } from '../../generators/onnx/intake.ts';
import { modelFolder } from '../../generators/onnx/model-folder.ts';
import { patchedSource } from '../../generators/onnx/patch.ts';
import { planChanges } from '../../generators/onnx/plan.ts';
import { MODEL } from '../../generators/onnx/schema.ts';
import { bytesSource, type Source } from '../../generators/onnx/source.ts';
import { readModel } from '../../generators/onnx/summary.ts';
import { imported, modelBytes, refusal } from './fixtures.ts';

const TWO_GIGABYTES = 2 ** 31;

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'large-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

/** A model with weights of more than two gigabytes in a file of their own: a hole, which takes no disk space. */
function largeModel(bytes: number): string {
  const path = join(folder, 'model.onnx');
  const externalData = [
    { key: 'location', value: 'model.onnx_data' },
    { key: 'length', value: String(bytes) },
  ];
  const weight = { name: 'w', dims: [BigInt(bytes / 4)], dataType: 1, dataLocation: 1, externalData };
  const shape = { dims: [{ param: 'N' }, { value: 2n }] };
  const value = (name: string) => ({ name, type: { tensor: { elementType: 1, shape } } });
  const nodes = [{ opType: 'Identity', inputs: ['x'], outputs: ['y'] }];
  const graph = { nodes, initializers: [weight], inputs: [value('x')], outputs: [value('y')] };
  fs.writeFileSync(path, encode(MODEL, { irVersion: 8, graph, operatorSets: [{ version: 17 }] }));
  fs.writeFileSync(`${path}_data`, '');
  fs.truncateSync(`${path}_data`, bytes);
  return path;
}

test('weights of more than two gigabytes come along in pieces of a megabyte', () => {
  const size = TWO_GIGABYTES + 3 * PIECE + 17 * 4;
  const intake = takeIn(largeModel(size));
  const files = [...modelFolder(intake, 'model.onnx', [])].map(([path, bytes]) => ({ path, bytes, mode: 0o644 }));
  let written = 0;
  let largest = 0;
  // Counted instead of written: the disk of whoever tests is spared.
  const counting = {
    ...fs,
    writeSync: (_file: number, _bytes: Uint8Array, _from: number, length: number) => {
      written += length;
      largest = Math.max(largest, length);
      return length;
    },
  } as unknown as typeof fs;
  const target = { path: join(folder, 'repository'), state: 'absent', entries: [] } as const;
  createDirectory(target, files, counting);
  expect(written).toBe(size + intake.bytes.length);
  expect(largest).toBe(PIECE);
  expect(fs.readdirSync(join(folder, 'repository')).sort()).toEqual(['model.onnx', 'model.onnx_data']);
}, 120_000);

test('a model file of more than two gigabytes is refused: no runtime reads it', () => {
  const path = largeModel(4);
  const head = fs.readFileSync(path);
  // An unknown field of bytes behind the model, as large as a hole can make it.
  const field = Buffer.from([0xfa, 0x06, 0x80, 0x80, 0x80, 0x80, 0x08]);
  fs.writeFileSync(path, Buffer.concat([head, field]));
  fs.truncateSync(path, head.length + field.length + TWO_GIGABYTES);
  const error = refusal(() => takeIn(path));
  expect([error.code, error.message]).toEqual(['MODEL_UNSUPPORTED', expect.stringContaining('external data')]);
});

/** A source that says how much is read at a time. */
function watched(source: Source) {
  const lengths: number[] = [];
  const read = (offset: number, length: number) => {
    const bytes = source.read(offset, length);
    lengths.push(bytes.length);
    return bytes;
  };
  return { ...source, read, lengths };
}

test.each(['zipmap-int/model', 'crafted/lower-case'])('a changed copy of %s is read like any file', (name) => {
  const original = modelBytes(name);
  const source = watched(bytesSource(original));
  const { graph } = readModel(source);
  const { patches } = planChanges(source, graph);
  expect(patches.length).toBeGreaterThan(0);
  source.lengths.length = 0;
  const patched = patchedSource(source, graph, patches);
  expect(source.lengths).toEqual([]);
  const whole = Buffer.from(patched.read(0, patched.size + 10));
  expect(whole).toHaveLength(patched.size);
  expect(whole.equals(imported(original).bytes)).toBe(true);
  for (const step of [1, 7, 1000]) {
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < patched.size; at += step) pieces.push(patched.read(at, step));
    expect(Buffer.concat(pieces).equals(whole)).toBe(true);
  }
  expect(patched.read(patched.size, 5)).toHaveLength(0);
});

test('the copy of a file that was exchanged since it was looked at is not written as what was looked at', () => {
  const path = largeModel(4);
  const { bytes } = takeIn(path);
  const other = fs.readFileSync(path);
  other[other.length - 1] = 18;
  fs.writeFileSync(path, other);
  expect(refusal(() => bytesOf(bytes)).code).toBe('CHANGED_ON_DISK');
});
