import { gunzipSync, inflateSync } from 'node:zlib';
import { goodPredictBody } from './bodies.mjs';
import { createClient } from './connection.mjs';
import { createRandom } from './random.mjs';
import { growingRequests, requestOf } from './requests.mjs';

/** Answers that say "not now": they are no fault of the service. */
const NOT_NOW = { 503: ['QUEUE_FULL', 'UPLOADS_FULL', 'NOT_READY'], 504: ['TIMEOUT'] };

const CONNECTIONS = 4;
/** Requests between two looks at the work that was done, and at whether a good request is still answered. */
const ROUND = 200;

/** Steps that a request may take whatever it holds, and those for each of its bytes. Measured is about a tenth of this. */
export const BOUNDS = { perRequest: 20_000, perByte: 20 };
/** Four times the bytes are four times the work, and what a request costs anyhow. */
const GROWTH = { from: 4_000, to: 64_000, factor: 20, extra: 20_000 };

/**
 * Sends a service requests of every kind. @returns how many, by status, what was wrong, and the most steps for a byte
 * @param seed the same one sends the same requests
 */
export async function fuzzService(service, { requests, seed, growths }) {
  const { model, port } = service;
  const random = createRandom(seed);
  const clients = Array.from({ length: CONNECTIONS }, () => createClient(port));
  const found = { sent: 0, bytes: 0, steps: 0, statuses: {}, problems: [], mostPerByte: 0, mostGrowth: 0 };
  const good = goodRequest(random, model);

  const report = (problem, request, answer) => {
    found.problems.push({
      problem,
      answer: answer?.body.toString('utf8', 0, 300),
      bytes: request.bytes.toString('latin1', 0, 2000),
    });
  };

  async function sendOne(client, request) {
    const answer = await client.exchange(request);
    found.statuses[answer.status] = (found.statuses[answer.status] ?? 0) + 1;
    const problem = problemOf(request, answer);
    if (problem) report(problem, request, answer);
  }

  async function round(count) {
    const queue = Array.from({ length: count }, () => requestOf(random, model));
    const bytes = queue.reduce((sum, request) => sum + request.bytes.length, 0);
    await service.steps();
    await Promise.all(
      clients.map(async (client) => {
        for (let request = queue.shift(); request; request = queue.shift()) await sendOne(client, request);
      }),
    );
    const steps = await service.steps();
    found.sent += count;
    found.bytes += bytes;
    found.steps += steps;
    found.mostPerByte = Math.max(found.mostPerByte, steps / bytes);
    if (steps > BOUNDS.perRequest * count + BOUNDS.perByte * bytes) {
      report(`${steps} steps for ${count} requests of ${bytes} bytes`, { bytes: Buffer.alloc(0) });
    }
    const { status, body } = await clients[0].exchange(good);
    if (status !== 200) report(`a good request gets ${status}`, good, { body });
  }

  async function grow() {
    const make = growingRequests(random, model);
    const steps = [];
    for (const length of [GROWTH.from, GROWTH.to]) {
      await service.steps();
      await sendOne(clients[0], make(length));
      steps.push(await service.steps());
    }
    const [few, many] = steps;
    found.mostGrowth = Math.max(found.mostGrowth, many / few);
    if (many > GROWTH.factor * few + GROWTH.extra) report(`work grows from ${few} to ${many} steps`, make(200));
  }

  try {
    for (let i = 0; i < growths; i++) await grow();
    while (found.sent < requests) await round(Math.min(ROUND, requests - found.sent));
  } catch (error) {
    if (service.isAlive()) throw error;
    report('the service has ended', { bytes: Buffer.alloc(0) });
  } finally {
    for (const client of clients) client.close();
  }
  return found;
}

function problemOf(request, { status, body }) {
  if (status === -1) return 'no answer';
  if (status === 0) return request.answered ? 'closed without an answer' : undefined;
  if (status < 400 || request.head) return status >= 500 ? `a ${status}` : undefined;
  const code = codeOf(body);
  if (code === undefined) return `a ${status} that is no JSON with an error and a code`;
  return status < 500 || NOT_NOW[status]?.includes(code) ? undefined : `a ${status} ${code}`;
}

function codeOf(body) {
  for (const read of [(bytes) => bytes, gunzipSync, inflateSync]) {
    try {
      const { error, code } = JSON.parse(read(body).toString('utf8'));
      if (typeof error === 'string' && typeof code === 'string') return code;
    } catch {
      // Tried as it is, then unpacked.
    }
  }
  return undefined;
}

function goodRequest(random, model) {
  const body = Buffer.from(goodPredictBody(random, model));
  const head = `POST /predict HTTP/1.1\r\nHost: fuzz\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
  return { bytes: Buffer.concat([Buffer.from(head), body]), answered: true, head: false, alone: false };
}
