import { describe, ServiceError } from '../../errors.ts';
import { type BodyReader, isJson } from '../../http/body.ts';
import type { Handler, Route } from '../../http/exchange.ts';
import { createJsonParser } from '../../http/json-body.ts';
import { json } from '../../http/reply.ts';
import type { Feedback } from './feedback.ts';

/** A label or a number, and an id: nothing of it is long. */
const MAX_BODY = 16 * 1024;
const MAX_ID = 1024;
const KEYS: ReadonlySet<string> = new Set(['id', 'instance', 'label', 'value']);

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
    const { id, instance, truth } = readFeedback(parse(await bodies.read(req, MAX_BODY)), feedback.labels);
    const taken = feedback.give(id, instance, truth);
    const what = `prediction ${instance} of the request ${describe(id)}`;
    if (taken.found === 'nothing') {
      throw new ServiceError('PREDICTION_NOT_FOUND', `${what}: not known here; it is too old, or another replica's`);
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
  if (!labels) {
    if (typeof value !== 'number' || !Number.isFinite(value)) throw wrong('value', 'a number', value);
    return { id, instance, truth: value };
  }
  const truth = labels.indexOf(labelName(label));
  if (truth < 0)
    throw wrong('label', `one of ${labels.slice(0, 12).join(', ')}${labels.length > 12 ? ', …' : ''}`, label);
  return { id, instance, truth };
}

/** Where classes are named by integers, the truth is often kept as one. */
function labelName(label: unknown): string {
  if (typeof label === 'string') return label;
  return Number.isSafeInteger(label) ? String(label) : '';
}

function wrong(where: string, expected: string, found: unknown): ServiceError {
  return new ServiceError('INVALID_REQUEST', `${where}: expected ${expected}, found ${describe(found)}`);
}
