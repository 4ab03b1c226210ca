import { classifyRollout } from '../../../generators/regenerate/rollout/classify.ts';
import type { Side } from '../../../generators/regenerate/rollout/side.ts';

type Files = Readonly<Record<string, string>>;

const sideOf = (files: Files): Side => {
  const text = (path: string) => files[path] ?? null;
  return { paths: Object.keys(files), text, hash: text };
};
const schema = (value: object) => JSON.stringify(value);

const base: Files = {
  'README.md': 'read me\n',
  'src/http/routes/predict.ts': "route('POST', '/predict');\nroute('GET', '/v2/models/:name');\n",
  'src/observability/metrics.ts': "counter('ml_serving_requests_total');\n",
  'src/errors.ts': 'export type Code = "QUEUE_FULL" | "NOT_READY";\n',
  'src/inference/pool.ts': 'pool\n',
  'src/batch/job.ts': 'job\n',
  Dockerfile: 'FROM node:24\n',
  'serving.yaml': 'model: { name: a, type: custom }\ninputs: [{ name: x }]\noutputs: [{ name: y }]\nlimits: {}\n',
  'package.json': JSON.stringify({
    dependencies: { express: '5.1.0', 'onnxruntime-node': '1.30.0' },
    devDependencies: { jest: '30.0.0' },
  }),
  'schema/serving.schema.json': schema({
    required: ['model'],
    additionalProperties: false,
    properties: { model: { type: 'object' }, kind: { enum: ['a', 'b'] }, apiVersion: { const: 'v1' } },
  }),
};

function classify(changes: Record<string, string | null>, versions: [string, string] = ['1.0.0', '1.1.0']) {
  const files = Object.entries({ ...base, ...changes }).filter((entry): entry is [string, string] => entry[1] !== null);
  const rollout = classifyRollout(sideOf(base), sideOf(Object.fromEntries(files)), ...versions);
  return { class: rollout.class, what: rollout.findings.map(({ what }) => what), steps: rollout.steps };
}

const edited = (path: string, from: string, to: string) => ({ [path]: (base[path] as string).replace(from, to) });
const dependencies = (of: object) => ({
  'package.json': JSON.stringify({ dependencies: { express: '5.1.0', 'onnxruntime-node': '1.30.0', ...of } }),
});
const newSchema = (of: object) => ({
  'schema/serving.schema.json': schema({ ...JSON.parse(base['schema/serving.schema.json'] as string), ...of }),
});
const properties = { model: { type: 'object' }, kind: { enum: ['a', 'b'] }, apiVersion: { const: 'v1' } };

describe('classifyRollout', () => {
  it.each<[string, Record<string, string | null>, string, RegExp]>([
    ['only a document changes', { 'README.md': 'x' }, 'compatible', /do not run in production/],
    [
      'a route goes',
      edited('src/http/routes/predict.ts', "'/predict'", "'/infer'"),
      'breaking',
      /route \/predict is gone/,
    ],
    [
      'a route comes',
      edited('src/http/routes/predict.ts', 'route(', "route('GET', '/labels');\nroute("),
      'online',
      /route \/labels is new/,
    ],
    [
      'a metric goes',
      edited('src/observability/metrics.ts', 'requests_total', 'answers_total'),
      'breaking',
      /metric ml_serving_requests_total is gone/,
    ],
    ['an error code goes', edited('src/errors.ts', 'QUEUE_FULL', 'BUSY_NOW'), 'breaking', /code QUEUE_FULL is gone/],
    [
      'the file with the routes moves',
      { 'src/http/routes/predict.ts': null, 'src/http/predict.ts': base['src/http/routes/predict.ts'] as string },
      'online',
      /server changed/,
    ],
    ['the core changes', { 'src/inference/pool.ts': 'x' }, 'online', /inference core/],
    ['the image changes', { Dockerfile: 'FROM node:26\n' }, 'online', /image/],
    [
      'what drives the server changes',
      edited('serving.yaml', '{}', '{ maxQueue: 1 }'),
      'online',
      /^what drives the server/,
    ],
    ['the model changes', { 'model/model.onnx': 'x' }, 'online', /^the model changed$/],
    ['the model has other inputs', edited('serving.yaml', 'x', 'z'), 'breaking', /its inputs changed/],
    ['the model has another name', edited('serving.yaml', 'name: a', 'name: b'), 'breaking', /its name changed/],
    ['serving.yaml cannot be read', { 'serving.yaml': '[' }, 'online', /^what drives the server/],
    ['the batch job changes', { 'src/batch/job.ts': 'x' }, 'batch', /batch job/],
    ['the schedule changes', { 'deploy/cronjob.yaml': 'x' }, 'batch', /schedule/],
    ['a dependency moves a little', dependencies({ express: '5.1.1' }), 'compatible', /express 5\.1\.0 → 5\.1\.1/],
    ['a dependency moves a lot', dependencies({ express: '6.0.0' }), 'online', /express/],
    ['the runtime moves at all', dependencies({ 'onnxruntime-node': '1.30.1' }), 'online', /last digits/],
    [
      'a development dependency moves',
      { 'package.json': (base['package.json'] as string).replace('30.0.0', '31.0.0') },
      'compatible',
      /do not run/,
    ],
    [
      'the schema takes more',
      newSchema({ properties: { ...properties, limits: {} } }),
      'compatible',
      /takes what it took/,
    ],
    ['the schema demands a key', newSchema({ required: ['model', 'limits'] }), 'breaking', /limits is demanded/],
    [
      'the schema refuses a key',
      newSchema({ properties: { model: properties.model, apiVersion: properties.apiVersion } }),
      'breaking',
      /kind is refused/,
    ],
    [
      'the schema refuses a value',
      newSchema({ properties: { ...properties, kind: { enum: ['a'] } } }),
      'breaking',
      /kind may no longer be "b"/,
    ],
    [
      'the schema has another version',
      newSchema({ properties: { ...properties, apiVersion: { const: 'v2' } } }),
      'breaking',
      /apiVersion must be "v2"/,
    ],
  ])('%s', (_, changes, level, what) => {
    const found = classify(changes);
    expect(found.class).toBe(level);
    expect(found.what.join('\n')).toMatch(what);
    expect(found.steps.length).toBeGreaterThan(0);
  });

  it('says so where it had to go by names in the source, and only then', () => {
    const note = /no schema\/http\.contract\.json on both sides/;
    expect(classify({ 'src/inference/pool.ts': 'x' }).what.join()).toMatch(note);
    expect(classify({ Dockerfile: 'x' }).what.join()).not.toMatch(note);
    const contract = JSON.stringify({ errors: { QUEUE_FULL: 503 } });
    const path = 'schema/http.contract.json';
    const [old, fresh] = [
      sideOf({ ...base, [path]: contract }),
      sideOf({ ...base, [path]: contract, 'src/x.ts': 'x' }),
    ];
    expect(classifyRollout(old, fresh, '1.0.0', '1.1.0').findings).toEqual([
      { class: 'online', what: 'the server changed' },
    ]);
    const renamed = sideOf({ ...base, [path]: contract.replace('503', '429') });
    expect(classifyRollout(old, renamed, '1.0.0', '1.1.0')).toMatchObject({
      class: 'breaking',
      findings: [{ what: 'the error code QUEUE_FULL has the status 429 instead of 503' }, {}],
    });
  });

  it('finds nothing where nothing changes, and a major version breaking by itself', () => {
    expect(classify({})).toMatchObject({ class: 'compatible', what: [] });
    expect(classify({}, ['1.9.0', '2.0.0'])).toMatchObject({ class: 'breaking' });
  });

  it('takes the worst of all, and names it first', () => {
    const found = classify({
      ...edited('src/errors.ts', 'NOT_READY', 'NOT_NOW'),
      'src/batch/job.ts': 'x',
      Dockerfile: 'x',
    });
    expect(found.class).toBe('breaking');
    expect(found.what[0]).toMatch(/NOT_READY is gone/);
  });
});
