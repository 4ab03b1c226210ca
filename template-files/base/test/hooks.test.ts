import { boot, type Running } from '#runtime/testing';

/** Your hooks with your model. Add a test for each thing that they do. */
let service: Running;
beforeAll(async () => {
  service = await boot({ configure: () => {} });
});
afterAll(() => service.close());

const samples = () => service.config.golden?.samples ?? [];

test('preprocess makes an instance of each golden sample', async () => {
  const instances = samples().map(({ instance }) => instance);
  expect(await service.preprocessed(instances)).toHaveLength(instances.length);
});

test('a request with hooks gets as many predictions as it has instances, in their order', async () => {
  const instances = samples().map(({ instance }) => instance);
  const together = await predictionsOf(instances);
  expect(together).toHaveLength(instances.length);
  expect(await predictionsOf(instances.toReversed())).toHaveLength(instances.length);
});

test('what is no instance is refused with a 4xx, a reason and a code', async () => {
  // What your preprocess hook makes of it is yours to test: HttpError and inputError are a 4xx, all else is 500 HOOK_FAILED.
  if (service.predictor.preprocesses) return;
  const response = await service.post('/predict', { instances: [{ 'no such thing': 1 }] });
  const body = (await response.json()) as { error?: string; code?: string };
  expect([Math.floor(response.status / 100), typeof body.error, typeof body.code]).toEqual([4, 'string', 'string']);
});

async function predictionsOf(instances: readonly unknown[]): Promise<readonly unknown[]> {
  const response = await service.post('/predict', { instances });
  const { predictions } = (await response.json()) as { predictions?: readonly unknown[] };
  return predictions ?? [];
}
