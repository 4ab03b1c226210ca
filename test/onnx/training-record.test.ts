import { readRecordText, recordNotes } from '../../generators/onnx/training-record.ts';

const SAMPLE = { name: 'a', raw: { row: [1, 2] }, steps: [{ step: 'tensor' }], answer: { value: 3 } };

function read(change: object = {}, files: Record<string, string> = {}) {
  const record = { format: 'ml-serving-record/v1', versions: { numpy: '2.4.6' }, samples: [SAMPLE], ...change };
  return readRecordText(JSON.stringify(record), 'record.json', (path) => Buffer.from(files[path] ?? ''));
}

test('rows, texts and pictures become golden samples with the answers of training', () => {
  expect(read().golden).toEqual({ tolerance: 1e-5, samples: [{ instance: [1, 2], prediction: { value: 3 } }] });
  expect(read({ samples: [{ ...SAMPLE, raw: { text: 'so' } }] }).golden.samples[0]?.instance).toEqual({ text: 'so' });
  const pictures = read({ samples: [{ ...SAMPLE, raw: { file: 'files/a.png' } }] }, { 'files/a.png': 'pixels' });
  expect(pictures.golden).toEqual({
    tolerance: 1e-3,
    samples: [{ instance: { image: Buffer.from('pixels').toString('base64') }, prediction: { value: 3 } }],
  });
  expect(read({ tolerance: 0.5 }).golden.tolerance).toBe(0.5);
});

test('what a record holds is shown: where it was made, its steps, its answers, in lines that can be read', () => {
  const long = { ...SAMPLE, name: 'long', answer: { text: 'x'.repeat(1000) } };
  const notes = recordNotes(read({ samples: [SAMPLE, long, ...new Array(5).fill(SAMPLE)] }));
  expect(notes.slice(0, 2)).toEqual([
    'record of training: 7 samples (numpy 2.4.6), steps tensor, answer, answers to 0.00001',
    '  a: {"value":3}',
  ]);
  expect(notes[2]).toHaveLength('  long: '.length + 121);
  expect(notes.slice(-1)).toEqual(['  and 2 more']);
});

test.each<[string, object, string]>([
  ['another format', { format: 'other' }, 'record.json format: expected "ml-serving-record/v1", found "other"'],
  ['no samples', { samples: [] }, 'record.json has no samples'],
  ['a sample without an answer', { samples: [{ ...SAMPLE, answer: undefined }] }, 'samples[0] has no answer'],
  ['a sample without an input', { samples: [{ ...SAMPLE, raw: {} }] }, 'samples[0].raw: expected file, text or row'],
  ['a sample that is none', { samples: [1, null] }, 'samples[0] has no answer'],
  ['a tolerance that is none', { tolerance: '1' }, 'tolerance: expected a number of at least 0, found "1"'],
])('%s is refused with its place', (_, change, message) => {
  expect(() => read(change)).toThrow(
    expect.objectContaining({ code: 'MODEL_GOLDEN', message: expect.stringContaining(message) }),
  );
});

test('what is not JSON is refused', () => {
  expect(() => readRecordText('{', 'record.json', () => Buffer.of())).toThrow('record.json is not JSON');
});
