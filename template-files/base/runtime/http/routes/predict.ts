import { promised } from '../../callbacks.ts';
import type { Config } from '../../config.ts';
import type { ModelType } from '../../contract/serving.ts';
import { describe, ServiceError } from '../../errors.ts';
import type { Models } from '../../inference/models.ts';
import { type BodyReader, isJson } from '../body.ts';
import { createJsonParser } from '../exact-json.ts';
import type { Exchange, Handler, Route } from '../exchange.ts';
import { json, predictionsReply, type Reply } from '../reply.ts';
import { createBlockReader, instancesJson } from '../rows.ts';
import { queryOf } from '../target.ts';
import { uploadReader } from '../upload.ts';

const HEAD = '{"predictions":[';

/** POST /predict, the service's own interface, and GET /predict/test, which asks it a question whose answer is known. */
export function predictRoutes(config: Config, models: Models, bodies: BodyReader): readonly Route[] {
  const { model, limits } = config.serving;
  const tails = new Map(
    models.all.map((one) => {
      const version = JSON.stringify(one.version);
      return [one, `],"model_name":${JSON.stringify(model.name)},"model_version":${version},"id":"`];
    }),
  );

  const parse = createJsonParser(config.serving);
  // A team's hooks are given the instances as clients sent them: then there must be some.
  const readBlock = models.main.predictor.hooked ? undefined : createBlockReader(config.serving);

  function predict(exchange: Exchange): Promise<Reply> {
    const { req, id, trace } = exchange;
    const chosen = models.pick({ id, headers: req.headers });
    exchange.model = chosen;
    const type = req.headers['content-type'];
    const upload = uploadReader(model.type, type);
    if (!upload && !isJson(type)) {
      throw new ServiceError(
        'UNSUPPORTED_MEDIA_TYPE',
        `Content-Type: expected application/json, found ${describe(type)}`,
      );
    }
    const top = topK(req.url, model.type);
    return promised(({ done, failed }) => {
      const write = (predictions: readonly string[]): void => {
        const list = predictions.length === 1 ? (predictions[0] as string) : predictions.join(',');
        const text = `${HEAD}${list}${tails.get(chosen)}${id}"}`;
        // Not cut out of the answer yet: only when that is on its way, its pieces have become one.
        if (trace) trace.outputs = { text, start: HEAD.length - 1, end: HEAD.length + list.length + 1 };
        done(predictionsReply(text));
      };
      const ask = (body: Buffer): void => {
        const started = performance.now();
        const block = readBlock?.(body);
        if (block) {
          if (trace) trace.inputsJson = instancesJson(body);
          chosen.predictor.predictBlocks([block], started, exchange, top, { done: write, failed });
          return;
        }
        const instances = upload ? [upload(body)] : instancesOf(parse(body), limits.maxInstances);
        if (trace) trace.inputs = instances;
        chosen.predictor.predict(instances, exchange, top).then(write).catch(failed);
      };
      // A team's hooks find the asynchronous context of the request, which a promise keeps.
      if (chosen.predictor.hooked) bodies.read(req).then(ask).catch(failed);
      else bodies.receive(req, { done: ask, failed });
    });
  }

  return [
    { method: 'POST', path: '/predict', label: '/predict', handler: predict, hot: true, needsModel: true },
    {
      method: 'GET',
      path: '/predict/test',
      label: '/predict/test',
      handler: testHandler(config, models),
      needsModel: true,
    },
  ];
}

/** `?sample=N` chooses the sample, the first one otherwise. */
function testHandler({ serving }: Config, models: Models): Handler {
  return async (exchange) => {
    const asked = queryOf(exchange.req.url ?? '');
    const found = models.byQuery?.(asked) ?? models.main;
    const samples = found.config.golden;
    if (!samples)
      throw new ServiceError('NOT_FOUND', 'no golden sample of this model has an answer (model/golden.json)');
    const place = asked.get('sample') ?? '0';
    const sample = /^\d{1,9}$/.test(place) ? samples.samples[Number(place)] : undefined;
    if (!sample) {
      throw new ServiceError(
        'INVALID_REQUEST',
        `sample: expected a number from 0 to ${samples.samples.length - 1}, found ${describe(place)}`,
      );
    }
    const { prediction, agrees, maxAbsDiff } = await found.predictor.test(sample, samples.tolerance, exchange);
    return json({
      instance: sample.instance,
      prediction,
      expected: sample.prediction,
      agrees,
      max_abs_diff: maxAbsDiff,
      tolerance: samples.tolerance,
      model_name: serving.model.name,
      model_version: found.version,
      id: exchange.id,
    });
  };
}

/** `?top_k=N`, of a classifier: the likeliest classes alone. One form for JSON and for uploads. */
function topK(url = '', type: ModelType): number | undefined {
  if (!url.includes('?')) return undefined;
  const asked = queryOf(url).getAll('top_k');
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
