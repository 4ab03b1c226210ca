import type { Config } from '../../config.ts';
import { describe, ServiceError } from '../../errors.ts';
import type { Predictor } from '../../inference/predictor.ts';
import { createJsonParser, isJson, type ReadBody } from '../body.ts';
import type { Exchange, Handler, Route } from '../exchange.ts';
import { json, predictionsReply, type Reply } from '../reply.ts';
import { createBlockReader } from '../rows.ts';
import { uploadReader } from '../upload.ts';

/** POST /predict, the service's own interface, and GET /predict/test, which asks it a question whose answer is known. */
export function predictRoutes(config: Config, predictor: Predictor, readBody: ReadBody): readonly Route[] {
  const { model, limits } = config.serving;
  const tail = `],"model_name":${JSON.stringify(model.name)},"model_version":${JSON.stringify(model.version)},"id":"`;

  const parse = createJsonParser(config.serving);
  // A team's hooks are given the instances as clients sent them: then there must be some.
  const readBlock = predictor.hooked ? undefined : createBlockReader(config.serving);

  function predict(exchange: Exchange): Promise<Reply> {
    const { req } = exchange;
    const type = req.headers['content-type'];
    const upload = uploadReader(model.type, type);
    if (!upload && !isJson(type)) {
      throw new ServiceError('UNSUPPORTED_MEDIA_TYPE', `Content-Type: expected application/json, found ${type}`);
    }
    const read = (body: Buffer): Promise<string[]> => {
      const block = readBlock?.(body);
      if (block) return predictor.predictBlocks([block], exchange);
      const instances = upload ? [upload(body)] : instancesOf(parse(body), limits.maxInstances);
      return predictor.predict(instances, exchange);
    };
    const write = (predictions: string[]): Reply => {
      const list = predictions.length === 1 ? predictions[0] : predictions.join(',');
      return predictionsReply(`{"predictions":[${list}${tail}${exchange.id}"}`);
    };
    return readBody(req).then(read).then(write);
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
    if (!golden) throw new ServiceError('NOT_FOUND', 'this model was released without golden samples (golden.json)');
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
