import fc from 'fast-check';
import { formatCompact, parseCompact } from '../../generators/questions/compact.ts';
import { formatPath } from '../../generators/questions/problem.ts';
import { parseTensors } from '../../generators/questions/tensors.ts';
import { DATATYPES } from '../../generators/tensor.ts';

const tensor = { name: 'x', datatype: 'FP32', shape: [-1, 2] };

function problemsOf(value: unknown): string[] {
  const parsed = parseTensors(value, ['inputs']);
  return 'problems' in parsed
    ? parsed.problems.map((problem) => `${formatPath(problem.path)}: ${problem.message}`)
    : [];
}

test('a full tensor is taken as it is', () => {
  const value = [{ ...tensor, features: [{ name: 'a', unit: 'cm', min: 0, max: 1 }, { name: 'b' }] }];
  expect(parseTensors(value, ['inputs'])).toEqual({ value });
});

test('bare column names and numeric labels are written out', () => {
  expect(parseTensors([{ ...tensor, features: ['a', 'b'], labels: [0, 1] }], ['inputs'])).toEqual({
    value: [{ ...tensor, features: [{ name: 'a' }, { name: 'b' }], labels: ['0', '1'] }],
  });
});

test.each([
  ['no list', {}, 'inputs: expected a list of tensors, found {}'],
  ['no tensor', [], 'inputs: expected at least one tensor'],
  [
    'another datatype',
    [{ ...tensor, datatype: 'FLOAT' }],
    /^inputs\[0\]\.datatype: expected one of BOOL, .*; found "FLOAT"$/,
  ],
  ['a size of 0', [{ ...tensor, shape: [0] }], /^inputs\[0\]\.shape\[0\]: .* found 0$/],
  ['a size of -2', [{ ...tensor, shape: [-2] }], /^inputs\[0\]\.shape\[0\]: .* found -2$/],
  ['a size above 2^53', [{ ...tensor, shape: [2 ** 60] }], /^inputs\[0\]\.shape\[0\]: /],
  ['an unknown key', [{ ...tensor, label: [] }], /^inputs\[0\]\.label: unknown key/],
  [
    'too few columns',
    [{ ...tensor, features: ['a'] }],
    'inputs[0].features: expected 2 columns, as many as the last axis has; found 1',
  ],
  ['a column twice', [{ ...tensor, features: ['a', 'a'] }], 'inputs[0].features[1]: the column "a" is named twice'],
  ['a tensor twice', [tensor, tensor], 'inputs[1].name: the tensor "x" is named twice'],
  [
    'a range upside down',
    [{ ...tensor, features: [{ name: 'a', min: 2, max: 1 }, 'b'] }],
    'inputs[0].features[0].min: is 2, above max 1',
  ],
  [
    'a unit that is no text',
    [{ ...tensor, features: [{ name: 'a', unit: 1 }, 'b'] }],
    'inputs[0].features[0].unit: expected text of at most 64 printable characters, found 1',
  ],
  ['a name with a control', [{ ...tensor, name: 'a\nb' }], /^inputs\[0\]\.name: expected a name/],
])('%s is named', (_what, value, expected) => {
  expect(problemsOf(value)).toEqual([typeof expected === 'string' ? expected : expect.stringMatching(expected)]);
});

test('the compact notation reads back what it writes', () => {
  const name = fc.stringMatching(/^[a-z_][a-z0-9_:/.]{0,20}$/).filter((text) => !text.endsWith(':'));
  const size = fc.oneof(fc.constant(-1), fc.integer({ min: 1, max: 40 }));
  const anyTensor = fc
    .record({
      name,
      datatype: fc.constantFrom(...DATATYPES),
      shape: fc.array(size, { maxLength: 4 }),
      columns: fc.uniqueArray(name, { minLength: 1, maxLength: 5 }),
    })
    .map(({ columns, ...rest }) => ({
      ...rest,
      shape: [...rest.shape, columns.length],
      features: columns.map((column) => ({ name: column })),
    }));
  fc.assert(
    fc.property(fc.uniqueArray(anyTensor, { minLength: 1, maxLength: 3, selector: (t) => t.name }), (tensors) => {
      const data = parseCompact(formatCompact(tensors), 'features', ['inputs']);
      expect(parseTensors((data as { value: unknown }).value, ['inputs'])).toEqual({ value: tensors });
    }),
  );
});

test('names that hold separators are written as JSON', () => {
  const tensors = [{ name: 'x', datatype: 'FP32', shape: [2], labels: ['a,b', 'c'] }] as const;
  expect(JSON.parse(formatCompact(tensors))).toEqual(tensors);
});

test.each(['x', 'x:FP32', 'x:FP32[1', ':FP32[1]', 'x:FP32[1]{a', 'x:FP32[1] y:FP32[1]', ''])(
  'the compact notation refuses %j',
  (text) => {
    const data = parseCompact(text, 'features', ['inputs']);
    expect('problems' in data || 'problems' in parseTensors(data.value, ['inputs'])).toBe(true);
  },
);

test('steps and other options are kept, and named where they are wrong', () => {
  const value = [
    { ...tensor, features: [{ name: 'a', nullable: true, categories: ['x'] }, { name: 'b' }], outOfRange: 'refuse' },
    { ...tensor, name: 'y', image: { fit: 'cover', mean: [0.5], shorterSide: 8 }, text: { lowercase: true } },
  ];
  expect(parseTensors(value, ['inputs'])).toEqual({ value });
  expect(problemsOf([{ ...tensor, image: { fit: 'crop', means: [1], std: [] } }])).toEqual([
    expect.stringMatching(/^inputs\[0\]\.image\.means: unknown key/),
    'inputs[0].image.fit: expected one of stretch, cover, contain, found "crop"',
    'inputs[0].image.std: expected a list of at most 4, each a number, found []',
  ]);
  expect(problemsOf([{ ...tensor, text: 'lower' }])).toEqual([
    expect.stringMatching(/^inputs\[0\]\.text: expected \{/),
  ]);
});
