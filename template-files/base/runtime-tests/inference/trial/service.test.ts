import { fileURLToPath } from 'node:url';
import type { Config } from '../../../runtime/config.ts';
import { bodyOf, boot } from '../../helpers/service.ts';

const workerPath = fileURLToPath(new URL('../../fixtures/double-worker.mjs', import.meta.url));

/** Without samples, and with columns of this value alone. */
const columnsOf =
  (value: number) =>
  (config: Config): Config => {
    const inputs = config.serving.inputs.map((input) => {
      const features = (input.features ?? []).map((feature) => ({ ...feature, min: value, max: value }));
      return { ...input, features };
    });
    return { ...config, golden: undefined, questions: [], serving: { ...config.serving, inputs } };
  };

test("a model that fails in every trial run is not ready, and says the runtime's reason", async () => {
  const service = await boot({ workerPath, config: columnsOf(667) });
  const response = await fetch(`${service.url}/v2/health/ready`);
  expect(response.status).toBe(503);
  expect((await bodyOf(response))['error']).toMatch(
    /the model fails in all 3 trial runs: row of 667\. Correct the shapes/,
  );
  const refused = await service.post('/predict', { instances: [[1, 2, 3, 4]] });
  expect([refused.status, (await bodyOf(refused))['code']]).toEqual([503, 'NOT_READY']);
  expect(service.logs).toContainEqual(
    expect.objectContaining({ level: expect.anything(), msg: expect.stringMatching(/every trial run/) }),
  );
  await service.close();
});

test('values that are taken for probabilities and are none are named in the log', async () => {
  const service = await boot({ workerPath, config: columnsOf(1) });
  expect((await fetch(`${service.url}/v2/health/ready`)).status).toBe(200);
  const messages = service.logs.map(({ msg }) => String(msg));
  expect(messages).toContainEqual(
    expect.stringMatching(/"probabilities" are not probabilities: those of a row add up to 0\.0009766/),
  );
  await service.close();
});
