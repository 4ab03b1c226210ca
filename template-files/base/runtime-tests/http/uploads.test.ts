import { connect, type Socket } from 'node:net';
import { bodyOf, boot, type Running } from '../helpers/service.ts';

/* Many slow large uploads must not add up to more memory than the service was given for them. */

const LIMIT = 10_000;

let service: Running;
beforeAll(async () => {
  service = await boot({
    config: (config) => ({
      ...config,
      serving: {
        ...config.serving,
        limits: { ...config.serving.limits, maxBodyBytes: LIMIT, maxUploadBytes: 2 * LIMIT },
      },
    }),
  });
});
afterAll(() => service.close());

/** Sends a part of a body, and keeps the rest. */
function startUpload(bytes: number): Socket {
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
  socket.on('error', () => {});
  socket.write(
    `POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${LIMIT}\r\n\r\n${' '.repeat(bytes)}`,
  );
  return socket;
}

const ask = () => service.post('/predict', { instances: [[5.1, 3.5, 1.4, 0.2]] });

/** Asks until the service, which learns of uploads and of their ends a little later, answers so. */
async function answers(status: number): Promise<Response> {
  let answer = await ask();
  while (answer.status !== status) answer = await ask();
  return answer;
}

test('beyond the room for uploads new ones are told to come back, and the room is given back', async () => {
  const uploads = [startUpload(LIMIT - 10), startUpload(LIMIT - 10)];
  const refused = await answers(503);
  expect([refused.status, refused.headers.get('retry-after'), (await bodyOf(refused))['code']]).toEqual([
    503,
    '1',
    'UPLOADS_FULL',
  ]);
  expect(await service.metrics.registry.metrics()).toContain('ml_serving_rejected_total{reason="uploads_full"} 1\n');
  // One client goes away in the middle of its body.
  uploads[0]?.destroy();
  await answers(200);
  // What is left of the other arrives: it is answered, and its room is free as well.
  const answered = new Promise<string>((resolve) => uploads[1]?.once('data', (chunk) => resolve(String(chunk))));
  uploads[1]?.write(' '.repeat(10));
  expect(await answered).toContain('INVALID_JSON');
  uploads[1]?.destroy();
  const again = [startUpload(LIMIT - 10), startUpload(LIMIT - 10)];
  await answers(503);
  for (const socket of again) socket.destroy();
  await answers(200);
});

test('a body that is refused for its size leaves nothing behind', async () => {
  const chunked = () =>
    fetch(`${service.url}/predict`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: new ReadableStream({
        start(controller) {
          for (let i = 0; i < 3; i++) controller.enqueue(new Uint8Array(LIMIT / 2));
          controller.close();
        },
      }),
      duplex: 'half',
    } as RequestInit);
  for (let i = 0; i < 5; i++) expect((await chunked()).status).toBe(413);
  expect((await ask()).status).toBe(200);
});
