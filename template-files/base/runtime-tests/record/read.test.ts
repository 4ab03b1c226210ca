import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRecord } from '../../runtime/record/read.ts';
import { npy } from '../helpers/npy.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'record-'));
  mkdirSync(join(folder, 'record'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const SAMPLE = { name: 'a', raw: { row: { x: 1 } }, steps: [], answer: { value: 2 } };

function read(change: object = {}, sample: object = SAMPLE) {
  const record = { format: 'ml-serving-record/v1', samples: [sample], ...change };
  writeFileSync(join(folder, 'record', 'record.json'), JSON.stringify(record));
  return readRecord(join(folder, 'record'));
}

const refusal = (message: string) =>
  expect.objectContaining({ code: 'RECORD_INVALID', message: expect.stringContaining(message) });

test('rows, texts and files of pictures become what a client would send', () => {
  writeFileSync(join(folder, 'record', 'cat.png'), 'bytes');
  const instanceOf = (raw: object) => read({}, { ...SAMPLE, raw }).samples[0]?.instance();
  expect(instanceOf({ row: { x: 1 } })).toEqual({ x: 1 });
  expect(instanceOf({ text: 'so' })).toEqual({ text: 'so' });
  expect(instanceOf({ file: 'cat.png' })).toEqual({ image: Buffer.from('bytes').toString('base64') });
});

test('steps are read from their files, and texts from record.json itself', () => {
  writeFileSync(join(folder, 'record', 'ids.npy'), npy('<i8', [1, 2], BigInt64Array.of(5n, 6n)));
  const tensors = [{ name: 'input_ids', file: 'ids.npy' }];
  const texts = [{ name: 'text', dims: [1, 1], values: ['so'] }];
  const steps = [
    { step: 'ids', tensors },
    { step: 'tensor', tensors: texts },
  ];
  const [sample] = read({ tolerance: 0.1, steps: { resize: 2 } }, { ...SAMPLE, steps }).samples;
  expect(sample?.steps.map(({ name, tensors: [tensor] }) => [name, tensor?.name, tensor?.read()])).toEqual([
    ['ids', 'input_ids', { dims: [1, 2], values: BigInt64Array.of(5n, 6n) }],
    ['tensor', 'text', { dims: [1, 1], values: ['so'] }],
  ]);
});

test.each<[string, object, string]>([
  ['format', { format: 2 }, 'record.json format: expected "ml-serving-record/v1", found 2'],
  ['no samples', { samples: [] }, 'record.json samples: expected a list of samples, found a list of 0'],
  ['tolerance', { tolerance: -1 }, 'record.json tolerance: expected a number of at least 0, found -1'],
  ['a bound', { steps: { warp: 1 } }, 'record.json steps.warp: expected one of decode, colour'],
  ['a sample', { samples: [1] }, 'record.json samples[0]: expected an object, found 1'],
  ['raw', { samples: [{ ...SAMPLE, raw: {} }] }, 'samples[0].raw: expected file, text or row'],
  [
    'texts',
    { samples: [{ ...SAMPLE, steps: [{ step: 'ids', tensors: [{ dims: [2], values: ['a'] }] }] }] },
    'samples[0].steps[0].tensors[0].values: expected 2 texts',
  ],
])('what is wrong is named with its place: %s', (_, change, message) => {
  expect(() => read(change)).toThrow(refusal(message));
});

test('a file that is missing, damaged or outside of the folder is refused when it is read', () => {
  writeFileSync(join(folder, 'secret'), 'outside');
  symlinkSync(join(folder, 'secret'), join(folder, 'record', 'link'));
  const at = (file: string) => () => read({}, { ...SAMPLE, raw: { file } }).samples[0]?.instance();
  expect(at('../secret')).toThrow(refusal('expected a file in the folder of the record'));
  expect(at('link')).toThrow(refusal('expected a file in the folder of the record'));
  expect(at('none')).toThrow(refusal('cannot be read (ENOENT)'));
  writeFileSync(join(folder, 'record', 'ids.npy'), 'no numbers');
  const steps = [{ step: 'ids', tensors: [{ file: 'ids.npy' }] }];
  const damaged = read({}, { ...SAMPLE, steps }).samples[0];
  expect(() => damaged?.steps[0]?.tensors[0]?.read()).toThrow(refusal('ids.npy: no file of numpy.save'));
});

test('a folder without a record, and one that is no JSON', () => {
  expect(() => readRecord(folder)).toThrow(refusal('--against takes a folder that tools/record.py has written'));
  writeFileSync(join(folder, 'record.json'), '{"a":x}');
  expect(() => readRecord(folder)).toThrow(refusal('record.json: not JSON: Unexpected token'));
});
