/**
 * `node scripts/health.mjs`: exit 0 when the service in this container answers that it is ready, 1 with the reason when not.
 * The image's HEALTHCHECK; the image has no curl.
 */
const port = process.env['PORT'] || '8080';

try {
  const answer = await fetch(`http://127.0.0.1:${port}/v2/health/ready`, { signal: AbortSignal.timeout(2500) });
  const said = await answer.text();
  if (!answer.ok) throw new Error(`${answer.status} ${said}`);
} catch (error) {
  process.stderr.write(`not ready: ${error.cause?.message ?? error.message}\n`);
  process.exitCode = 1;
}
