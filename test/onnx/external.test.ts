import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from '../../bin/commands/inspect.ts';
import { bytesOf, type FileContents } from '../../generators/contents.ts';
import { encode } from '../../generators/onnx/encode.ts';
import { linkTexts, takeIn } from '../../generators/onnx/intake.ts';
import { modelFolder } from '../../generators/onnx/model-folder.ts';
import { MODEL } from '../../generators/onnx/schema.ts';
import { modelBytes, modelPath, refusal } from './fixtures.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'external-'));
  path = join(folder, 'external.onnx');
  for (const name of ['external.onnx', 'external.bin']) {
    copyFileSync(modelPath('crafted/external').replace('external.onnx', name), join(folder, name));
  }
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The model again, with its weight in another file. */
function writeModel(location: string, length = '32'): void {
  const externalData = [
    { key: 'location', value: location },
    { key: 'length', value: length },
  ];
  const weight = { name: 'weight', dims: [2n, 4n], dataType: 1, dataLocation: 1, externalData };
  const outputs = [{ name: 'y', type: { tensor: { elementType: 1 } } }];
  const graph = { initializers: [weight], outputs };
  writeFileSync(path, encode(MODEL, { irVersion: 8, graph, operatorSets: [{ version: 17 }] }));
}

describe('weights in files of their own', () => {
  it('are found, with their size', () => {
    expect(takeIn(path).externalData).toEqual([
      { location: 'external.bin', path: join(folder, 'external.bin'), used: 32, tensors: 1, bytes: 32 },
    ]);
  });

  it('may lie in a folder below the model', () => {
    mkdirSync(join(folder, 'weights'));
    writeFileSync(join(folder, 'weights/a.bin'), new Uint8Array(40));
    writeModel('./weights/a.bin');
    expect(takeIn(path).externalData).toMatchObject([{ location: 'weights/a.bin', bytes: 40 }]);
  });

  it.each([
    '../external.bin',
    'weights/../../external.bin',
    '/etc/passwd',
    'C:\\weights.bin',
    'C:weights.bin',
    '..\\external.bin',
    'a//b',
    'external.bin\0.txt',
    '.',
    '*/_ORT_MEM_ADDR_/*',
  ])('are refused at %j', (location) => {
    writeModel(location);
    const error = refusal(() => takeIn(path));
    expect(error.code).toBe('MODEL_EXTERNAL_DATA');
    expect(error.message).toContain(JSON.stringify(location));
  });

  it('are refused without a location, and with a strange length', () => {
    writeModel('');
    expect(refusal(() => takeIn(path)).message).toMatch(/not in which/);
    writeModel('external.bin', '-1');
    expect(refusal(() => takeIn(path)).message).toMatch(/"-1"/);
    writeModel('external.bin', '99999999999999999999');
    expect(refusal(() => takeIn(path)).code).toBe('MODEL_EXTERNAL_DATA');
  });

  it('are refused where they are missing or too short', () => {
    truncateSync(join(folder, 'external.bin'), 31);
    expect(refusal(() => takeIn(path)).message).toMatch(/has 31 bytes, but the model needs 32/);
    rmSync(join(folder, 'external.bin'));
    expect(refusal(() => takeIn(path)).message).toMatch(/is not there/);
  });

  it('are refused behind a symbolic link, of a file or of a folder', () => {
    const outside = mkdtempSync(join(tmpdir(), 'outside-'));
    writeFileSync(join(outside, 'a.bin'), new Uint8Array(40));
    symlinkSync(outside, join(folder, 'weights'));
    writeModel('weights/a.bin');
    const error = refusal(() => takeIn(path));
    expect([error.code, error.message]).toEqual(['MODEL_EXTERNAL_DATA', expect.stringContaining('symbolic link')]);
    symlinkSync(join(outside, 'a.bin'), join(folder, 'b.bin'));
    writeModel('b.bin');
    expect(refusal(() => takeIn(path)).message).toMatch(/symbolic link/);
    rmSync(outside, { recursive: true });
  });

  it('are refused where only the bytes of the model are given', () => {
    const error = refusal(() => takeIn(modelBytes('crafted/external')));
    expect(error.message).toMatch(/"external.bin"/);
    expect(error.hint).toBe('Give the path of the model file.');
  });

  describe("in Hugging Face's cache", () => {
    /** `snapshots/<revision>/onnx/` with links to the files in `blobs/`. */
    function cached(): { cache: string; model: string; data: string } {
      const cache = join(folder, 'models--team--net');
      const snapshot = join(cache, 'snapshots/0123abc/onnx');
      mkdirSync(snapshot, { recursive: true });
      mkdirSync(join(cache, 'blobs'));
      writeModel('model.onnx_data');
      copyFileSync(path, join(cache, 'blobs/aaaa'));
      writeFileSync(join(cache, 'blobs/bbbb'), new Uint8Array(40));
      const [model, data] = [join(snapshot, 'model.onnx'), join(snapshot, 'model.onnx_data')];
      symlinkSync('../../../blobs/aaaa', model);
      symlinkSync('../../../blobs/bbbb', data);
      return { cache, model, data };
    }

    it('are read through a link that stays in it, and that is reported', () => {
      const { cache, model } = cached();
      const blob = realpathSync(join(cache, 'blobs/bbbb'));
      const { externalData } = takeIn(model);
      expect(externalData).toMatchObject([{ location: 'model.onnx_data', bytes: 40, path: blob, linkedTo: blob }]);
      expect(linkTexts(externalData)).toEqual([
        `weights of model.onnx_data are read through a link in the model's cache: ${blob}`,
      ]);
      const printed: string[] = [];
      inspect(model, {}, { write: (text) => printed.push(text) });
      expect(printed.join('')).toMatch(/Data files\n {2}model.onnx_data +40 bytes +a link to .*bbbb/);
      const files = modelFolder({ bytes: new Uint8Array(1), externalData }, 'model.onnx', []);
      expect(bytesOf(files.get('model.onnx_data') as FileContents)).toHaveLength(40);
    });

    it.each([
      ['a file outside', () => join(folder, 'external.bin'), /leaves the model's cache/],
      [
        'a file of a cache whose name begins alike',
        () => join(folder, 'models--team--net-2/a'),
        /leaves the model's cache/,
      ],
      ['nothing', () => 'gone', /a link to nothing/],
      ['a folder', () => '../../../blobs', /is no plain file/],
    ])('are refused where the link leads to %s', (_what, target, message) => {
      const { model, data } = cached();
      mkdirSync(join(folder, 'models--team--net-2'));
      writeFileSync(join(folder, 'models--team--net-2/a'), new Uint8Array(40));
      rmSync(data);
      symlinkSync(target(), data);
      const error = refusal(() => takeIn(model));
      expect([error.code, error.message]).toEqual(['MODEL_EXTERNAL_DATA', expect.stringMatching(message)]);
    });

    it('are refused where the cache only looks like one', () => {
      const { cache, model } = cached();
      renameSync(join(cache, 'blobs'), join(cache, 'others'));
      const plain = join(folder, 'external.onnx');
      copyFileSync(join(cache, 'others/aaaa'), plain);
      rmSync(model);
      copyFileSync(plain, model);
      expect(refusal(() => takeIn(model)).message).toMatch(/symbolic link/);
    });
  });
});
