import { Ajv2020 } from 'ajv/dist/2020.js';
import { boot, type Running } from '#runtime/testing';

/** The repository's own model and serving.yaml, behind its hooks, whatever they are. */
let service: Running;
beforeAll(async () => {
  service = await boot({ configure: () => {} });
});
afterAll(() => service.close());

const golden = () => {
  const { golden } = service.config;
  if (!golden) throw new Error('model/golden.json is missing: nothing shows that the answers are right');
  return golden;
};

/** How an instance may be sent without JSON around it, by type of model. */
const UPLOADS: Readonly<Record<string, (instance: never) => { type: string; body: RequestInit['body'] }>> = {
  'image-classification': ({ image }: { image: string }) => ({ type: 'image/png', body: Buffer.from(image, 'base64') }),
  'text-classification': ({ text }: { text: string }) => ({ type: 'text/plain; charset=utf-8', body: text }),
};

test('every golden sample gets the answer of the training library, alone and together', async () => {
  for (const sample of golden().samples.keys()) {
    expect(await bodyOf(await fetch(`${service.url}/predict/test?sample=${sample}`))).toMatchObject({ agrees: true });
  }
  const instances = golden().samples.map(({ instance }) => instance);
  const { predictions } = await bodyOf(await service.post('/predict', { instances }));
  expect(predictions).toHaveLength(instances.length);
});

test('an instance may be sent as it is, where the model takes files or texts', async () => {
  const [sample] = golden().samples;
  const upload = UPLOADS[service.config.serving.model.type]?.(sample?.instance as never);
  // A hook may take and give something else for each of the two: what it does is tested in hooks.test.ts.
  if (!upload || service.predictor.hooked) return;
  const headers = { 'content-type': upload.type };
  const sent = await bodyOf(await fetch(`${service.url}/predict`, { method: 'POST', headers, body: upload.body }));
  const wrapped = await bodyOf(await service.post('/predict', { instances: [sample?.instance] }));
  expect(sent['predictions']).toEqual(wrapped['predictions']);
});

test('what OpenAPI says of instances and predictions, behind and before the hooks, holds for the golden samples', async () => {
  const document = await bodyOf(await fetch(`${service.url}/openapi.json`));
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const problems = (name: string, value: unknown) => {
    const validate = ajv.compile({ $ref: `#/components/schemas/${name}`, components: document['components'] });
    return validate(value) ? [] : validate.errors;
  };
  for (const { instance, prediction } of golden().samples) {
    const [prepared] = await service.preprocessed([instance]);
    expect(problems('Instance', prepared)).toEqual([]);
    expect(problems('Prediction', prediction)).toEqual([]);
  }
});

/** The body of an answer that is a JSON object. */
async function bodyOf(response: Response): Promise<Record<string, unknown>> {
  return (await response.json()) as Record<string, unknown>;
}
