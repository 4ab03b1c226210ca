import type { Config } from '../../config.ts';
import type { ModelType } from '../../contract/serving.ts';
import { describe, ServiceError } from '../../errors.ts';
import type { Predictor } from '../../inference/predictor.ts';
import { createJsonParser, isJson, readBody } from '../body.ts';
import type { Exchange, Handler, Route } from '../exchange.ts';
import { json, predictionsReply } from '../reply.ts';
import { uploadReader } from '../upload.ts';

/** POST /predict, the service's own interface, and GET /predict/test, which asks it a question whose answer is known. */
export function predictRoutes(config: Config, predictor: Predictor): readonly Route[] {
  const { model, limits } = config.serving;
  const tail = `],"model_name":${JSON.stringify(model.name)},"model_version":${JSON.stringify(model.version)},"id":"`;

  const parse = createJsonParser(config.serving);

  async function predict(exchange: Exchange) {
    const { req } = exchange;
    const type = req.headers['content-type'];
    const upload = uploadReader(model.type, type);
    if (!upload && !isJson(type)) {
      throw new ServiceError('UNSUPPORTED_MEDIA_TYPE', `Content-Type: expected application/json, found ${type}`);
    }
    const body = await readBody(req, limits.maxBodyBytes);
    const instances = upload ? [upload(body)] : instancesOf(parse(body), limits.maxInstances);
    const predictions = await predictor.predict(instances, exchange, topK(req.url, model.type));
    const list = predictions.length === 1 ? predictions[0] : predictions.join(',');
    return predictionsReply(`{"predictions":[${list}${tail}${exchange.id}"}`);
  }

  return [
    { method: 'POST', path: '/predict', label: '/predict', handler: predict, hot: true, needsModel: true },
    {
      method: 'GET',
      path: '/predict/test',
      label: '/predict/test',
      handler: testHandler(config, predictor),
      needsModel: true,
    },
  ];
}

/** `?sample=N` chooses the sample; the first one otherwise. */
function testHandler({ serving, golden }: Config, predictor: Predictor): Handler {
  return async (exchange) => {
    if (!golden)
      throw new ServiceError('NOT_FOUND', 'no golden sample of this model has an answer (model/golden.json)');
    const asked = new URL(exchange.req.url ?? '/', 'http://localhost').searchParams.get('sample') ?? '0';
    const sample = /^\d{1,9}$/.test(asked) ? golden.samples[Number(asked)] : undefined;
    if (!sample) {
      throw new ServiceError(
        'INVALID_REQUEST',
        `sample: expected a number from 0 to ${golden.samples.length - 1}, found ${describe(asked)}`,
      );
    }
    const { prediction, agrees, maxAbsDiff } = await predictor.test(sample, golden.tolerance, exchange);
    return json({
      instance: sample.instance,
      prediction,
      expected: sample.prediction,
      agrees,
      max_abs_diff: maxAbsDiff,
      tolerance: golden.tolerance,
      model_name: serving.model.name,
      model_version: serving.model.version,
      id: exchange.id,
    });
  };
}

/** `?top_k=N`, of a classifier: the likeliest classes alone. One form for JSON and for uploads. */
function topK(url = '', type: ModelType): number | undefined {
  if (!url.includes('?')) return undefined;
  const asked = new URL(url, 'http://localhost').searchParams.getAll('top_k');
  const [text] = asked;
  if (text === undefined) return undefined;
  if (!type.endsWith('-classification')) {
    throw new ServiceError('INVALID_REQUEST', `top_k: this model is ${type} and has no classes to choose from`);
  }
  if (asked.length === 1 && /^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new ServiceError(
    'INVALID_REQUEST',
    `top_k: expected one whole number from 1 on, found ${describe(asked.join())}`,
  );
}

function instancesOf(body: unknown, max: number): readonly unknown[] {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new ServiceError('INVALID_REQUEST', `the body: expected {"instances": [...]}, found ${describe(body)}`);
  }
  const { instances } = body as { instances?: unknown };
  if (!Array.isArray(instances)) {
    throw new ServiceError('INVALID_REQUEST', `instances: expected a list, found ${describe(instances)}`);
  }
  const stranger = Object.keys(body).find((key) => key !== 'instances');
  if (stranger !== undefined) {
    throw new ServiceError('INVALID_REQUEST', `the body: expected instances alone, found ${describe(stranger)}`);
  }
  if (instances.length === 0)
    throw new ServiceError('INVALID_REQUEST', 'instances: expected at least one, found an empty list');
  if (instances.length > max) {
    throw new ServiceError(
      'INVALID_REQUEST',
      `instances: expected at most ${max} (limits.maxInstances), found ${instances.length}`,
    );
  }
  return instances;
}
