import autocannon from 'autocannon';

export const PERCENTILES = [50, 75, 90, 97.5, 99, 99.9];

/**
 * One run over the golden samples.
 * @param rate requests per second whatever the answers take (open loop: what is late counts as late); undefined: each
 *   connection asks again as soon as it was answered (closed loop)
 */
export async function measure({ url, samples, seconds, connections, rate }) {
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    ...(rate === undefined ? {} : { overallRate: rate }),
    requests: samples.map(({ instance }) => ({
      method: 'POST',
      path: '/predict',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ instances: [instance] }),
    })),
  });
  const { latency, errors, timeouts, non2xx, requests, statusCodeStats } = result;
  const failed = errors + timeouts + non2xx;
  return {
    loop: rate === undefined ? 'closed' : 'open',
    asked: rate,
    perSecond: (result['2xx'] ?? 0) / result.duration,
    errorRatio: failed === 0 ? 0 : failed / (requests.total + errors + timeouts),
    statuses: Object.fromEntries(Object.entries(statusCodeStats).map(([code, { count }]) => [code, count])),
    latencyMs: Object.fromEntries(PERCENTILES.map((p) => [p, latency[`p${String(p).replace('.', '_')}`]])),
    maxMs: latency.max,
  };
}
