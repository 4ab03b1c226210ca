import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Config } from '../../runtime/config.ts';
import { isOutOfMemory, reasonForClients } from '../../runtime/inference/refusal.ts';
import { bodyOf, boot, type Running } from '../helpers/service.ts';

/* A model that looks its index up in a table of two, and fails on any other. */

const modelPath = fileURLToPath(new URL('../fixtures/picky.onnx', import.meta.url));
let service: Running;

beforeAll(async () => {
  const sha256 = createHash('sha256').update(readFileSync(modelPath)).digest('hex');
  service = await boot({
    config: (config: Config): Config => ({
      ...config,
      golden: undefined,
      modelPath,
      serving: {
        ...config.serving,
        model: { ...config.serving.model, type: 'custom', sha256 },
        inputs: [{ name: 'index', datatype: 'INT64', shape: [-1, 1] }],
        outputs: [{ name: 'value', datatype: 'FP32', shape: [-1, 1] }],
      },
    }),
  });
});
afterAll(() => service.close());

test('a value that the model refuses is the client’s, with the reason, and its neighbours are answered', async () => {
  const answers = await Promise.all(
    [0, 1, 5, 1, 0].map(async (index) => {
      const response = await service.post('/predict', { instances: [[index]] });
      return { status: response.status, body: await bodyOf(response) };
    }),
  );
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 422, 200, 200]);
  const { error, code, ...rest } = (answers[2]?.body ?? {}) as Record<string, unknown>;
  expect(rest).toEqual({});
  expect([code, error]).toEqual([
    'INPUT_REFUSED',
    expect.stringMatching(/^the model refuses these values: indices element out of data bounds, idx=5 must be within/),
  ]);
  // The graph is the model's own.
  expect(error).not.toContain('Gather');
  expect(service.logs).toContainEqual(
    expect.objectContaining({ level: 40, reason: expect.stringContaining('running Gather node') }),
  );
});

test('so it is over the protocol', async () => {
  const { name } = service.config.serving.model;
  const inputs = [{ name: 'index', datatype: 'INT64', shape: [2, 1], data: [1, -3] }];
  const response = await service.post(`/v2/models/${name}/infer`, { inputs });
  expect([response.status, await bodyOf(response)]).toEqual([422, expect.objectContaining({ code: 'INPUT_REFUSED' })]);
});

test.each([
  ["Non-zero status code. Name:'n' Status Message: idx=5 must be within [-2,1]", 'idx=5 must be within [-2,1]'],
  ['Status Message: /onnxruntime_src/onnxruntime/core/matmul_helper.h:61 left_dim == right_dim', undefined],
  ['Status Message: onnxruntime::common::Status failed', undefined],
  ['Status Message: ', undefined],
  ['something else', undefined],
  [`Status Message: ${'x'.repeat(1000)}`, `${'x'.repeat(200)}…`],
])('of %j a client is told %j', (message, reason) => {
  expect(reasonForClients(message)).toBe(reason);
});

test('no memory is no matter of values', () => {
  expect(isOutOfMemory('Status Message: std::bad_alloc')).toBe(true);
  expect(isOutOfMemory('Failed to allocate memory for requested buffer of size 40000000000')).toBe(true);
  expect(isOutOfMemory('idx=5 must be within [-2,1]')).toBe(false);
});
