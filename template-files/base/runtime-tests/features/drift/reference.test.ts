import { createCollection } from '../../../runtime/features/drift/collect.ts';
import { openReference } from '../../../runtime/features/drift/open.ts';
import { type Reference, writeReference } from '../../../runtime/features/drift/reference.ts';
import { createWatch } from '../../../runtime/features/drift/watch.ts';
import { watchedFeatures, watchedOutputs } from '../../../runtime/inference/watched.ts';
import { serving } from '../../helpers/serving.ts';

const contract = serving();
const features = watchedFeatures(contract);
const outputs = watchedOutputs(contract, [0]);

/** Rows of the two features, and the probability of the second class. */
function block(...rows: readonly (readonly [number, number, number])[]) {
  const blocks = [
    {
      rows: rows.length,
      key: '',
      tensors: [{ dims: [rows.length, 2], data: Float32Array.from(rows.flatMap(([a, b]) => [a, b] as const)) }],
    },
  ];
  const data = Float32Array.from(rows.flatMap(([, , p]) => [1 - p, p]));
  return {
    blocks,
    answers: [{ outputs: [{ dims: [rows.length, 2], data }], firstRow: 0, rows: rows.length, queuedMs: 0, runMs: 0 }],
  };
}

function make(): Reference {
  const collection = createCollection(features, outputs);
  const rows = Array.from(
    { length: 100 },
    (_, i) => [i, i % 4 === 0 ? Number.NaN : i % 2, i < 30 ? 0.9 : 0.1] as const,
  );
  const { blocks, answers } = block(...rows);
  collection.add(blocks, [0], answers);
  const { version, sha256 } = contract.model;
  const found = collection.finish();
  return {
    apiVersion: 'ml-serving/reference-v1',
    model: { version, sha256 },
    rows: found.rows,
    features: found.features.map(({ column }) => column),
    outputs: found.outputs.map(({ column }) => column),
  };
}

test('a reference has the shares of every column', () => {
  const { rows, features: columns, outputs: predictions } = make();
  expect(rows).toBe(100);
  expect(columns).toEqual([
    {
      name: 'a',
      kind: 'number',
      edges: [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 99],
      shares: new Array(10).fill(0.1),
      missing: 0,
    },
    { name: 'b', kind: 'number', edges: [0, 1, 1], shares: [0.25, 0.5], missing: 0.25 },
  ]);
  expect(predictions).toEqual([{ name: 'p', kind: 'label', categories: ['no', 'yes'], shares: [0.7, 0.3] }]);
});

test('a label is the one of its place, under the name of serving.yaml', () => {
  const open = (...labels: string[]) =>
    openReference(() => writeReference(make()), {
      ...contract,
      outputs: [{ ...contract.outputs[0], labels } as (typeof contract.outputs)[number]],
    });
  for (const labels of [
    ['off', 'on'],
    ['no', 'on'],
  ]) {
    expect(open(...labels).reference?.outputs).toEqual([
      { name: 'p', kind: 'label', categories: labels, shares: [0.7, 0.3] },
    ]);
  }
  // Places that were exchanged, and labels that were added, are no new names.
  for (const labels of [
    ['yes', 'no'],
    ['yes', 'on'],
    ['off', 'on', 'broken'],
  ]) {
    expect(open(...labels).refused?.message).toContain('the labels of serving.yaml');
  }
});

test('live rows are counted in the bins of the reference', () => {
  const { reference } = openReference(() => writeReference(make()), contract);
  const watch = createWatch(features, outputs, reference);
  const { blocks, answers } = block([-1, 0, 0.9], [5, 1, 0.2], [1000, Number.NaN, 0.7]);
  watch.sawInputs(blocks);
  watch.sawAnswers([0], answers);
  const counted = [...watch.features, ...watch.outputs].map(({ name, labels, counts }) => [
    name,
    Object.fromEntries(labels.map((label, i) => [label, counts[i]]).filter(([, count]) => count !== 0)),
  ]);
  expect(counted).toEqual([
    ['a', { '[0, 10)': 1, _below: 1, _above: 1 }],
    ['b', { '[0, 1)': 1, '[1, 1]': 1, _missing: 1 }],
    ['p', { no: 1, yes: 2 }],
  ]);
});

test('an answer among others of its run counts its own rows alone', () => {
  const watch = createWatch(features, outputs);
  const { answers } = block([0, 0, 0.9], [0, 0, 0.9], [0, 0, 0.1]);
  watch.sawAnswers([0], [{ ...(answers[0] as (typeof answers)[0]), firstRow: 1, rows: 1 }]);
  expect([...(watch.outputs[0]?.counts ?? [])]).toEqual([0, 1]);
});

test('without a reference only classes are counted', () => {
  const watch = createWatch(features, outputs);
  expect(watch.features).toEqual([]);
  expect(watch.outputs.map(({ name, shares }) => [name, shares])).toEqual([['p', undefined]]);
});

interface Draft {
  readonly model: { sha256: string };
  readonly features: { name: string; kind: string; edges: unknown[]; shares: number[] }[];
  readonly outputs: { categories: string[] }[];
}

function broken(change: (reference: Draft) => void): string {
  const reference: Draft = JSON.parse(writeReference(make()));
  change(reference);
  return JSON.stringify(reference);
}

const firstFeature = (change: (column: Draft['features'][0]) => void) =>
  broken(({ features: [column] }) => {
    if (column) change(column);
  });

test.each([
  ['not JSON', '{', /not JSON/],
  ['another file', '{"samples": []}', /expected apiVersion ml-serving\/reference-v1/],
  ['null', 'null', /expected apiVersion/],
  ['a share too few', firstFeature(({ shares }) => shares.pop()), /features\[0\]: expected 10 shares from 0 to 1/],
  ['shares that do not sum up', firstFeature(({ shares }) => shares.fill(0.9, 0, 1)), /shares that sum to 1/],
  ['edges that fall', firstFeature(({ edges }) => edges.fill(-5, 3, 4)), /edges in rising order/],
  ['null among the edges', firstFeature(({ edges }) => edges.fill(null, 0, 1)), /edges in rising order/],
  ['a kind of its own', firstFeature((column) => Object.assign(column, { kind: 'x' })), /a kind of number/],
  ['no name', firstFeature((column) => Object.assign(column, { name: 7 })), /features\[0\]: expected a name/],
  [
    'a feature that is gone',
    broken(({ features: all }) => all.pop()),
    /features "b": expected a column, .* found none/,
  ],
  ['a stranger', firstFeature((column) => Object.assign(column, { name: 'z' })), /columns of serving.yaml, found "z"/],
  ['other labels', broken(({ outputs: [p] }) => p?.categories.reverse()), /the labels of serving.yaml/],
  ['another kind', firstFeature((column) => Object.assign(column, { kind: 'length' })), /kind number, found length/],
])('%s: refused, and no reason to stop', (_what, text, message) => {
  const { reference, refused, stale } = openReference(() => text, contract);
  expect([reference, stale]).toEqual([undefined, false]);
  expect(refused).toMatchObject({ code: 'REFERENCE_INVALID', message: expect.stringMatching(message) });
});

test('a reference of another model is known as such', () => {
  const text = broken(({ model }) => Object.assign(model, { sha256: 'f'.repeat(64) }));
  expect(openReference(() => text, contract)).toMatchObject({ stale: true, reference: undefined });
});
