/**
 * `node scripts/smoke.mjs [URL]`: waits until a running service is ready, sends it every golden sample of model/golden.json
 * and compares the answers. Exit 0 when all agree; 1 with what differs.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const READY_WITHIN_MS = 60_000;
const base = process.argv[2] ?? `http://127.0.0.1:${process.env['PORT'] || '8080'}`;

async function untilReady() {
  const end = Date.now() + READY_WITHIN_MS;
  for (;;) {
    const said = await fetch(new URL('/v2/health/ready', base), { signal: AbortSignal.timeout(5000) }).then(
      async (answer) => (answer.ok ? undefined : `${answer.status} ${await answer.text()}`),
      (error) => error.cause?.message ?? error.message,
    );
    if (said === undefined) return;
    if (Date.now() > end) throw new Error(`${base} is not ready after ${READY_WITHIN_MS / 1000} s: ${said}`);
    await sleep(250);
  }
}

async function predict(instance) {
  const answer = await fetch(new URL('/predict', base), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ instances: [instance] }),
    signal: AbortSignal.timeout(30_000),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`POST /predict answered ${answer.status} ${text}`);
  return JSON.parse(text).predictions[0];
}

/** Where two answers differ by more than the tolerance; undefined where they agree. */
function difference(found, expected, tolerance, path = 'prediction') {
  if (typeof expected === 'number' && typeof found === 'number') {
    if (Math.abs(found - expected) <= tolerance) return undefined;
  } else if (typeof expected === 'object' && expected !== null && typeof found === 'object' && found !== null) {
    const keys = new Set([...Object.keys(expected), ...Object.keys(found)]);
    for (const key of keys) {
      const inside = difference(found[key], expected[key], tolerance, `${path}.${key}`);
      if (inside) return inside;
    }
    return undefined;
  } else if (Object.is(found, expected)) {
    return undefined;
  }
  return `${path}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`;
}

try {
  const { tolerance, samples } = JSON.parse(readFileSync('model/golden.json', 'utf8'));
  if (!(samples?.length > 0)) throw new Error('model/golden.json holds no samples: there is nothing to compare with');
  await untilReady();
  for (const [index, { instance, prediction }] of samples.entries()) {
    const wrong = difference(await predict(instance), prediction, tolerance);
    if (wrong) throw new Error(`golden sample ${index}: ${wrong}`);
  }
  process.stdout.write(`${samples.length} golden samples agree\n`);
} catch (error) {
  process.stderr.write(`smoke test: ${error.message}\n`);
  process.exitCode = 1;
}
