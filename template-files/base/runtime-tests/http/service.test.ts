import { bodyOf, boot, type Running } from '../helpers/service.ts';

let service: Running;
beforeAll(async () => {
  service = await boot();
});
afterAll(() => service.close());

const get = async (path: string) => bodyOf(await fetch(service.url + path));

test('metadata says what serving.yaml and the graph say', async () => {
  const { model, inputs, outputs } = service.config.serving;
  expect(await get('/metadata')).toMatchObject({
    model_name: model.name,
    model_version: model.version,
    model_type: model.type,
    sha256: model.sha256,
    placeholder: false,
    template_version: service.config.templateVersion,
    inputs: JSON.parse(JSON.stringify(inputs)),
    outputs: JSON.parse(JSON.stringify(outputs)),
  });
});

test('labels', async () => {
  expect((await get('/labels'))['labels']).toEqual(service.config.serving.outputs.find(({ labels }) => labels)?.labels);
});

test('the contract of metrics: every name is there from the first scrape', async () => {
  const text = await (await fetch(`${service.url}/metrics`)).text();
  for (const name of [
    'ml_serving_requests_total{route="/predict",code="200"}',
    'ml_serving_request_duration_seconds_bucket{route="/predict",le="0.25"}',
    'ml_serving_inference_duration_seconds_bucket{stage="queue",le="+Inf"}',
    'ml_serving_inference_duration_seconds_count{stage="preprocess"}',
    'ml_serving_inference_duration_seconds_count{stage="run"}',
    'ml_serving_inference_duration_seconds_count{stage="postprocess"}',
    'ml_serving_batch_size_bucket{le="32"}',
    'ml_serving_queue_depth',
    'ml_serving_rejected_total{reason="queue_full"}',
    'ml_serving_model_loaded_timestamp_seconds',
    'ml_serving_golden_max_abs_diff',
    'ml_serving_golden_disagreements',
    'ml_serving_input_invalid_total{feature="sepal_length",reason="out_of_range"}',
    'ml_serving_template_released_timestamp_seconds',
    'ml_serving_memory_limit_bytes',
    'ml_serving_cpu_limit_cores',
    'ml_serving_workers{state="alive"}',
    'ml_serving_workers{state="busy"}',
    'ml_serving_event_loop_active_seconds_total',
    'ml_serving_reference_loaded',
    'ml_serving_reference_refused',
    'ml_serving_feedback_total{outcome="unmatched"}',
    'ml_serving_shadow_total{outcome="disagree"}',
    'ml_serving_prediction_log_written_total',
    'ml_serving_prediction_log_dropped_total{reason="stalled"}',
    'ml_serving_variant_requests_total{variant="main",version="1.0.0"}',
    'nodejs_eventloop_lag_p99_seconds',
  ]) {
    expect(text).toContain(`\n${name} `);
  }
  expect(text).toMatch(
    /\nml_serving_model_info\{name="my-model",version="1\.0\.0",sha256="[0-9a-f]{64}",opset="17",runtime="onnxruntime-node 1\.30\.0"\} 1\n/,
  );
});

test('a request is counted once in every series that it belongs to', async () => {
  const values = async () => {
    const text = await service.metrics.registry.metrics();
    return new Map(
      text.split('\n').map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
    );
  };
  const before = await values();
  await service.post('/predict', { instances: [[5.1, 3.5, 1.4, 99]] });
  const after = await values();
  const grown = (name: string) => (after.get(name) ?? 0) - (before.get(name) ?? 0);
  for (const name of [
    'ml_serving_requests_total{route="/predict",code="200"}',
    'ml_serving_request_duration_seconds_count{route="/predict"}',
    'ml_serving_inference_duration_seconds_count{stage="queue"}',
    'ml_serving_inference_duration_seconds_count{stage="run"}',
    'ml_serving_batch_size_count',
    'ml_serving_input_invalid_total{feature="petal_width",reason="out_of_range"}',
  ]) {
    expect([name, grown(name)]).toEqual([name, 1]);
  }
});

test('the protocol’s requests are in the stages as well', async () => {
  const count = async (stage: string) => {
    const text = await service.metrics.registry.metrics();
    return Number(new RegExp(`inference_duration_seconds_count\\{stage="${stage}"\\} (\\d+)`).exec(text)?.[1]);
  };
  const stages = ['queue', 'preprocess', 'run', 'postprocess'];
  const before = await Promise.all(stages.map(count));
  const tensor = { name: 'float_input', shape: [1, 4], datatype: 'FP32', data: [5.1, 3.5, 1.4, 0.2] };
  const { model } = service.config.serving;
  expect((await service.post(`/v2/models/${model.name}/infer`, { inputs: [tensor] })).status).toBe(200);
  expect(await Promise.all(stages.map(count))).toEqual(before.map((value) => value + 1));
});

test('alive but not ready while the model is being loaded', async () => {
  const loading = await boot({ start: false });
  try {
    expect((await fetch(`${loading.url}/v2/health/live`)).status).toBe(200);
    const ready = await fetch(`${loading.url}/v2/health/ready`);
    expect([ready.status, (await bodyOf(ready))['code']]).toEqual([503, 'NOT_READY']);
    const predict = await loading.post('/predict', { instances: [[1, 2, 3, 4]] });
    expect([predict.status, predict.headers.get('retry-after')]).toEqual([503, '1']);
    await loading.predictor.start();
    expect((await fetch(`${loading.url}/v2/health/ready`)).status).toBe(200);
  } finally {
    await loading.close();
  }
});

test('a model that does not give its golden answers never becomes ready', async () => {
  const wrong = await boot({
    config: (config) => ({
      ...config,
      golden: { tolerance: 1e-5, samples: [{ instance: [5.1, 3.5, 1.4, 0.2], prediction: { label: 'virginica' } }] },
    }),
  });
  try {
    const ready = await fetch(`${wrong.url}/v2/health/ready`);
    expect(ready.status).toBe(503);
    expect((await bodyOf(ready))['error']).toContain('golden sample 0: /label: expected "virginica", found "setosa"');
    expect(await wrong.metrics.registry.metrics()).toContain('\nml_serving_golden_disagreements 1\n');
  } finally {
    await wrong.close();
  }
});
