import { describe, ServiceError } from '../../errors.ts';
import { type BodyReader, isJson } from '../../http/body.ts';
import { createJsonParser } from '../../http/exact-json.ts';
import type { Handler, Route } from '../../http/exchange.ts';
import { json } from '../../http/reply.ts';
import type { Feedback } from './feedback.ts';
import type { Logged } from './late.ts';

/** A label or a number, and an id: nothing of it is long. */
const MAX_BODY = 16 * 1024;
const MAX_ID = 1024;
const KEYS: ReadonlySet<string> = new Set(['id', 'instance', 'label', 'value', 'predicted', 'version']);
const MAX_VERSION = 256;

/** POST /feedback tells what had been right, once that is known. */
export function feedbackRoutes(feedback: Feedback | undefined, bodies: BodyReader): readonly Route[] {
  if (!feedback) return [];
  const parse = createJsonParser({ inputs: [] });
  const give: Handler = async ({ req }) => {
    const type = req.headers['content-type'];
    if (!isJson(type)) {
      throw new ServiceError(
        'UNSUPPORTED_MEDIA_TYPE',
        `Content-Type: expected application/json, found ${describe(type)}`,
      );
    }
    const { id, instance, truth, logged } = readFeedback(parse(await bodies.read(req, MAX_BODY)), feedback.labels);
    const taken = feedback.give(id, instance, truth, logged);
    const what = `prediction ${instance} of the request ${describe(id)}`;
    if (taken.found === 'nothing') {
      throw new ServiceError('PREDICTION_NOT_FOUND', `${what}: not known here; it is too old, or another replica's`);
    }
    if (taken.found === 'other version') {
      const message = `${what}: version ${describe(logged?.version)} does not answer clients here; only what is served is counted`;
      throw new ServiceError('PREDICTION_NOT_FOUND', message);
    }
    if (taken.found === 'taken')
      throw new ServiceError('FEEDBACK_GIVEN', `${what}: its feedback has been counted already`);
    const { prediction } = taken;
    return json(
      feedback.labels
        ? { id, instance, predicted: feedback.labels[prediction], correct: prediction === truth }
        : { id, instance, predicted: prediction, absolute_error: Math.abs(prediction - truth) },
    );
  };
  return [{ method: 'POST', path: '/feedback', label: '/feedback', handler: give }];
}

function readFeedback(body: unknown, labels: readonly string[] | undefined) {
  const form = `{"id": "...", ${labels ? '"label": "..."' : '"value": number'}} and, of several, "instance": number`;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw wrong('the body', form, body);
  const stranger = Object.keys(body).find((key) => !KEYS.has(key) || key === (labels ? 'value' : 'label'));
  if (stranger !== undefined) throw wrong('the body', form, stranger);
  const { id, instance = 0, label, value } = body as Record<string, unknown>;
  if (typeof id !== 'string' || id === '' || id.length > MAX_ID) throw wrong('id', 'the id of an answer', id);
  if (typeof instance !== 'number' || !Number.isSafeInteger(instance) || instance < 0) {
    throw wrong('instance', 'the place of an instance in its request, from 0', instance);
  }
  const truth = labels ? classOf('label', label, labels) : amountOf('value', value);
  return { id, instance, truth, logged: readLogged(body as Record<string, unknown>, labels) };
}

/** What a prediction log says was predicted; both keys, or none. */
function readLogged(
  { predicted, version }: Record<string, unknown>,
  labels: readonly string[] | undefined,
): Logged | undefined {
  if (predicted === undefined && version === undefined) return undefined;
  if (typeof version !== 'string' || version === '' || version.length > MAX_VERSION) {
    throw wrong('version', 'the version that has predicted it, with predicted', version);
  }
  const prediction = labels ? classOf('predicted', predicted, labels) : amountOf('predicted', predicted);
  return { prediction, version };
}

function amountOf(key: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw wrong(key, 'a number', value);
  return value;
}

function classOf(key: string, label: unknown, labels: readonly string[]): number {
  const place = labels.indexOf(labelName(label));
  if (place >= 0) return place;
  throw wrong(key, `one of ${labels.slice(0, 12).join(', ')}${labels.length > 12 ? ', …' : ''}`, label);
}

/** Where classes are named by integers, the truth is often kept as one. */
function labelName(label: unknown): string {
  if (typeof label === 'string') return label;
  return Number.isSafeInteger(label) ? String(label) : '';
}

function wrong(where: string, expected: string, found: unknown): ServiceError {
  return new ServiceError('INVALID_REQUEST', `${where}: expected ${expected}, found ${describe(found)}`);
}
