import type { Config } from '../../config.ts';
import type { Serving, TensorSpec } from '../../contract/serving.ts';
import { describe, ServiceError } from '../../errors.ts';
import type { Models } from '../../inference/models.ts';
import { createRowTexts } from '../../inference/postprocess/decoder.ts';
import type { Predictor } from '../../inference/predictor.ts';
import type { Metrics } from '../../observability/metrics.ts';
import { type BodyReader, isJson } from '../body.ts';
import { createJsonParser } from '../exact-json.ts';
import type { Exchange, Handler, Route } from '../exchange.ts';
import { json, type Reply } from '../reply.ts';
import { readInferRequest } from '../v2/request.ts';
import { createInferResponse, tensorsToLog, type WriteInferResponse } from '../v2/response.ts';

interface V2Deps {
  readonly predictor: Pick<Predictor, 'readiness'>;
  readonly models: Models;
  readonly metrics: Pick<Metrics, 'stages'>;
  readonly bodies: BodyReader;
}

/** The Open Inference Protocol v2 over REST, with the binary tensor extension. */
export function v2Routes(config: Config, { predictor, models, metrics, bodies }: V2Deps): readonly Route[] {
  const { serving } = config;
  const { model } = serving;
  const versions = models.all.map(({ version }) => version);

  const known = (handler: Handler): Handler => {
    return (exchange) => {
      const { model: name, version } = exchange.params;
      if (name !== model.name) throw unknownModel(`model ${describe(name)}`, model.name);
      if (version !== undefined && !versions.includes(version)) {
        throw unknownModel(`version ${describe(version)}`, versions.join('", "'));
      }
      return handler(exchange);
    };
  };
  const server: Handler = () =>
    json({ name: 'ml-serving', version: config.templateVersion, extensions: ['binary_tensor_data'] });
  const metadata: Handler = () =>
    json({
      name: model.name,
      versions,
      platform: 'onnxruntime_onnx',
      inputs: serving.inputs.map(tensorMetadata),
      outputs: serving.outputs.map(tensorMetadata),
    });
  const ready: Handler = () => {
    const state = predictor.readiness();
    return state.ready
      ? json({ name: model.name, ready: true })
      : json({ name: model.name, ready: false, error: state.reason, code: 'NOT_READY' }, 503, ['Retry-After', '1']);
  };
  const infer = inferHandler(serving, models, metrics.stages, bodies);

  const perModel = [
    { method: 'GET', suffix: '', handler: metadata },
    { method: 'GET', suffix: '/ready', handler: ready, open: true },
    { method: 'POST', suffix: '/infer', handler: infer, hot: true, needsModel: true },
  ] as const;
  const versioned = [
    { path: '/v2/models/:model', label: '/v2/models/{model}' },
    { path: '/v2/models/:model/versions/:version', label: '/v2/models/{model}/versions/{version}' },
  ];
  return [
    { method: 'GET', path: '/v2', label: '/v2', handler: server },
    ...versioned.flatMap(({ path, label }) =>
      perModel.map(({ suffix, handler, ...rest }) => ({
        ...rest,
        path: path + suffix,
        label: label + suffix,
        handler: known(handler),
      })),
    ),
  ];
}

function inferHandler(serving: Serving, models: Models, stages: Metrics['stages'], bodies: BodyReader): Handler {
  const responders = new Map(models.all.map((one) => [one, createInferResponse(serving, one.version)]));
  const parse = createJsonParser(serving);
  const rowTexts = createRowTexts(serving);
  return async (exchange: Exchange): Promise<Reply> => {
    const { params, id, trace, req } = exchange;
    const { headers } = req;
    // A client that names a version is answered by it; all others by the one that is picked.
    const named = params['version'];
    const model = models.all.find(({ version }) => version === named) ?? models.pick({ id, headers });
    exchange.model = model;
    const respond = responders.get(model) as WriteInferResponse;
    const header = headers['inference-header-content-length'];
    if (header === undefined && !isJson(headers['content-type'])) {
      throw new ServiceError(
        'UNSUPPORTED_MEDIA_TYPE',
        `Content-Type: expected application/json, or Inference-Header-Content-Length with binary tensors, found ${describe(headers['content-type'])}`,
      );
    }
    const body = await bodies.read(exchange.req);
    const started = performance.now();
    const request = readInferRequest(body, headerLength(header, body.length), parse, serving);
    const readMs = performance.now() - started;
    stages.preprocess.observe(readMs / 1000);
    exchange.answerId = request.id;
    if (trace) {
      trace.preprocess = readMs;
      trace.inputs = tensorsToLog(serving, request.block);
    }
    const deadline =
      request.timeoutMs === undefined
        ? exchange.deadline
        : Math.min(exchange.deadline, performance.now() + request.timeoutMs);
    const fetch = request.outputs.map(({ index }) => index);
    const answers = await model.predictor.inferTensors([request.block], fetch, exchange, deadline);
    const answered = performance.now();
    const reply = respond(request.id ?? exchange.id, request.outputs, answers);
    const writtenMs = performance.now() - answered;
    stages.postprocess.observe(writtenMs / 1000);
    if (trace) {
      trace.postprocess = writtenMs;
      const text = rowTexts(fetch, answers);
      trace.outputs = text === undefined ? undefined : { text, start: 0, end: text.length };
    }
    return reply;
  };
}

function headerLength(header: string | string[] | undefined, bodyLength: number): number | undefined {
  if (header === undefined) return undefined;
  const length = typeof header === 'string' && /^\d{1,15}$/.test(header) ? Number(header) : -1;
  if (length >= 0 && length <= bodyLength) return length;
  throw new ServiceError(
    'INVALID_REQUEST',
    `Inference-Header-Content-Length: expected the length of the JSON, at most the body's ${bodyLength}, found ${describe(header)}`,
  );
}

function tensorMetadata({ name, datatype, shape }: TensorSpec) {
  return { name, datatype, shape };
}

function unknownModel(asked: string, served: string): ServiceError {
  return new ServiceError('MODEL_NOT_FOUND', `there is no ${asked} here; this service has "${served}"`);
}
