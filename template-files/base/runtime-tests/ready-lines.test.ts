import { loadConfig } from '../runtime/config.ts';
import { readyLines } from '../runtime/ready-lines.ts';
import { SAMPLE } from './helpers/service.ts';

const config = loadConfig({ SERVING_CONFIG: SAMPLE });
const { name, version } = config.serving.model;

test('what is served, where, and a command that predicts the first golden sample', () => {
  const lines = readyLines({ ...config, host: '0.0.0.0', questions: [{ instance: ["it's", 1] }] }, 8080).split('\n');
  expect(lines).toEqual([
    '',
    `  ${name} ${version}  http://localhost:8080`,
    `  next: npm run predict -- --url http://localhost:8080 '["it'\\''s",1]'`,
    '',
    '',
  ]);
});

test.each([
  ['127.0.0.1', 'http://127.0.0.1:80'],
  ['::', 'http://localhost:80'],
  ['::1', 'http://[::1]:80'],
])('%s is %s', (host, url) => {
  expect(readyLines({ ...config, host }, 80)).toContain(` ${url}\n`);
});

test.each([[[]], [[{ instance: 'x'.repeat(200) }]]])(
  'without an instance that can be pasted the service is asked',
  (questions) => {
    expect(readyLines({ ...config, host: '::', questions }, 80)).toContain(
      'next: curl http://localhost:80/predict/test\n',
    );
  },
);
