import { boot } from '../helpers/service.ts';

/* With a preprocess hook clients have fields of their own, and those are what is hidden. */

const hooks = {
  preprocess: (instance: unknown) => {
    const { flower, mm } = instance as { flower: string; mm: number[] };
    return [flower.length, ...mm.map((value) => value / 10)];
  },
};

test('a field of clients is hidden in what they send, and what the hook may have made of it as well', async () => {
  const service = await boot({
    hooks,
    config: (config) => ({
      ...config,
      golden: undefined,
      serving: {
        ...config.serving,
        predictionLog: { ...config.serving.predictionLog, mode: 'full', to: 'stdout', remove: ['flower'] },
      },
    }),
  });
  try {
    const named = { flower: 'secret', mm: [35, 14, 2], beside: [{ flower: 'secret' }] };
    expect((await service.post('/predict', { instances: [named] })).status).toBe(200);
    const deep = `{"flower":"secret","mm":[35,14,2],"beside":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
    expect((await service.post('/predict', `{"instances":[${deep}]}`)).status).toBe(200);
    const inputs = [{ name: 'float_input', shape: [1, 4], datatype: 'FP32', data: [6, 3.5, 1.4, 0.2] }];
    expect((await service.post('/v2/models/my-model/infer', { inputs })).status).toBe(200);
    await service.features.close(2000);
    const hidden = '[redacted]';
    const lines = service.logs.filter(({ msg }) => msg === 'prediction');
    expect(lines.map((line) => line['inputs'])).toEqual([
      [{ ...named, flower: hidden, beside: [{ flower: hidden }] }],
      undefined,
      [hidden],
    ]);
    expect(lines.map((line) => line['omitted'])).toEqual([undefined, 'inputs nested too deeply', undefined]);
  } finally {
    await service.close();
  }
});
