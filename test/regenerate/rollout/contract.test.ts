import { readFileSync } from 'node:fs';
import type { Data } from '../../../generators/questions/data.ts';
import { compareContracts } from '../../../generators/regenerate/rollout/contract.ts';

/* The contract that the template really ships, changed place by place. */

interface Json {
  [key: string]: Json;
}

const shipped = readFileSync('template-files/base/schema/http.contract.json', 'utf8');
const contract = () => JSON.parse(shipped) as Json;

function compared(change: (contract: Json) => void): { worst: string | undefined; what: string } {
  const fresh = contract();
  change(fresh);
  const findings = compareContracts(contract() as Data, fresh as Data);
  const order = ['breaking', 'online', 'batch', 'compatible'];
  const worst = order.find((level) => findings.some((finding) => finding.class === level));
  return { worst, what: findings.map(({ what }) => what).join('\n') };
}

const at = (json: Json, ...keys: string[]) => keys.reduce((value, key) => value[key] as Json, json);
const predict = (json: Json) => at(json, 'operations', 'POST /predict');
const infer = (json: Json) => at(json, 'operations', 'POST /v2/models/{model}/infer');
const test200 = (json: Json) => at(json, 'operations', 'GET /predict/test', 'responses', '200', 'application/json');
const listAt = (json: Json, ...keys: string[]) => at(json, ...keys) as unknown as string[];
const as = (value: unknown) => value as Json;

it('finds nothing in what did not change', () => {
  expect(compared(() => {})).toEqual({ worst: undefined, what: '' });
});

it.each<[string, (json: Json) => void, string, string]>([
  ['a route goes', (c) => delete at(c, 'operations')['GET /labels'], 'breaking', 'GET /labels is gone'],
  ['a route comes', (c) => (at(c, 'operations')['POST /x'] = as({})), 'compatible', 'POST /x is new'],
  [
    'another method takes the place',
    (c) => {
      at(c, 'operations')['GET /predict'] = predict(c);
      delete at(c, 'operations')['POST /predict'];
    },
    'breaking',
    'POST /predict is gone',
  ],
  ['an answer goes', (c) => delete at(predict(c), 'responses')['422'], 'breaking', 'the answer 422 is gone'],
  ['an answer comes', (c) => (at(predict(c), 'responses')['429'] = as({})), 'online', 'the answer 429 is new'],
  [
    'a status changes',
    (c) => {
      const responses = at(predict(c), 'responses');
      responses['202'] = responses['200'] as Json;
      delete responses['200'];
    },
    'breaking',
    'the answer 200 is gone',
  ],
  [
    'an answer is of another media type',
    (c) => {
      const answer = at(predict(c), 'responses', '200');
      answer['text/plain'] = answer['application/json'] as Json;
      delete answer['application/json'];
    },
    'breaking',
    'as application/json is gone',
  ],
  ['a field of an answer goes', (c) => delete at(test200(c), 'properties')['agrees'], 'breaking', 'agrees is gone'],
  [
    'a field may be missing',
    (c) => (test200(c)['required'] = as(listAt(test200(c), 'required').filter((name) => name !== 'agrees'))),
    'breaking',
    'agrees may be missing',
  ],
  [
    'a field is of another type',
    (c) => (at(test200(c), 'properties', 'agrees')['type'] = as('string')),
    'breaking',
    'agrees is of another type',
  ],
  [
    'a field comes',
    (c) => (at(test200(c), 'properties')['seconds'] = as({ type: 'number' })),
    'compatible',
    'holds more',
  ],
  [
    'errors lose their code',
    (c) => delete at(c, 'components', 'schemas', 'Error', 'properties')['code'],
    'breaking',
    'the schema Error: code is gone',
  ],
  [
    'a parameter is demanded',
    (c) => (at(predict(c), 'parameters')['header X-Key'] = as({ required: true, schema: {} })),
    'breaking',
    'the header X-Key is demanded',
  ],
  [
    'a parameter may be given',
    (c) => (at(predict(c), 'parameters')['header X-Key'] = as({ required: false, schema: {} })),
    'compatible',
    'the header X-Key is new',
  ],
  [
    'a parameter goes',
    (c) => delete at(predict(c), 'parameters')['header X-Timeout-Ms'],
    'breaking',
    'the header X-Timeout-Ms is gone',
  ],
  [
    'a parameter takes less',
    (c) => (at(predict(c), 'parameters', 'header X-Request-Id', 'schema')['maxLength'] = as(64)),
    'breaking',
    'maxLength 64 instead of 128',
  ],
  [
    'a parameter takes more',
    (c) => (at(predict(c), 'parameters', 'header X-Request-Id', 'schema')['maxLength'] = as(256)),
    'compatible',
    '',
  ],
  [
    'a request demands a key',
    (c) => listAt(infer(c), 'request', 'application/json', 'required').push('id'),
    'breaking',
    'id is demanded',
  ],
  [
    'binary requests go',
    (c) => delete at(infer(c), 'request')['application/octet-stream'],
    'breaking',
    'a request of application/octet-stream is gone',
  ],
  [
    'a request may hold more',
    (c) => (at(infer(c), 'request', 'application/json', 'properties')['priority'] = as({})),
    'compatible',
    'may hold more',
  ],
  ['an error code goes', (c) => delete at(c, 'errors')['QUEUE_FULL'], 'breaking', 'error code QUEUE_FULL is gone'],
  ['an error code comes', (c) => (at(c, 'errors')['NEW_ONE'] = as(400)), 'compatible', 'NEW_ONE is new'],
  [
    'an upload goes',
    (c) => (at(c, 'uploads')['image-classification'] = as(['image/png'])),
    'breaking',
    'image-classification takes no image/jpeg any more',
  ],
  ['a metric goes', (c) => delete at(c, 'metrics')['ml_serving_batch_size'], 'breaking', 'batch_size is gone'],
  ['a metric comes', (c) => (at(c, 'metrics')['ml_serving_x'] = as({})), 'compatible', 'ml_serving_x is new'],
  [
    'a metric loses a label',
    (c) => (at(c, 'metrics', 'ml_serving_requests_total')['labels'] = as(['route'])),
    'breaking',
    'has no label code any more',
  ],
  [
    'a metric gets a label',
    (c) => listAt(c, 'metrics', 'ml_serving_requests_total', 'labels').push('tenant'),
    'online',
    'has the new label tenant',
  ],
  [
    'a metric is of another type',
    (c) => (at(c, 'metrics', 'ml_serving_batch_size')['type'] = as('gauge')),
    'breaking',
    'is a gauge now',
  ],
])('%s', (_, change, level, what) => {
  const found = compared(change);
  if (what === '') expect(found.worst ?? 'compatible').toBe(level);
  else expect(found).toEqual({ worst: level, what: expect.stringContaining(what) });
});
