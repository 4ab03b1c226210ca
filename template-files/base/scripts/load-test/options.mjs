import { parseArgs } from 'node:util';

export const USAGE = `npm run load-test -- [options]

  --url URL            a running service; without it one is built and started here for the time of the test
  --seconds N          length of each of the two runs (10)
  --connections N      open connections (16)
  --rate N             requests per second of the open loop (half of what the closed loop reached)
  --p99-ms N           objective: latency of 99 % of the requests in the open loop, in milliseconds
                       (objectives.latencyMs of serving.yaml)
  --max-error-ratio N  objective: part of the requests that may fail (what objectives.availability leaves)
  --out FILE           the picture (coverage/load-test.svg)
`;

/**
 * @param objectives those of serving.yaml; options go before them
 * @throws an Error whose message names the option
 */
export function readOptions(args, { availability = 99.9, latencyMs = 250 } = {}) {
  const errorRatio = Math.round((100 - availability) * 1e6) / 1e8;
  const { values } = parseArgs({
    args,
    options: {
      url: { type: 'string' },
      seconds: { type: 'string', default: '10' },
      connections: { type: 'string', default: '16' },
      rate: { type: 'string' },
      'p99-ms': { type: 'string', default: `${latencyMs}` },
      'max-error-ratio': { type: 'string', default: `${errorRatio}` },
      out: { type: 'string', default: 'coverage/load-test.svg' },
      help: { type: 'boolean', default: false },
    },
  });
  const number = (name, min, max) => {
    const value = Number(values[name]);
    if (values[name].trim() !== '' && value >= min && value <= max) return value;
    throw new Error(`--${name}: expected a number from ${min} to ${max}, found ${JSON.stringify(values[name])}`);
  };
  if (values.url !== undefined && !(URL.canParse(values.url) && /^https?:$/.test(new URL(values.url).protocol))) {
    throw new Error(`--url: expected http://... or https://..., found ${JSON.stringify(values.url)}`);
  }
  return {
    help: values.help,
    url: values.url,
    seconds: number('seconds', 1, 3600),
    connections: number('connections', 1, 10_000),
    rate: values.rate === undefined ? undefined : number('rate', 1, 1_000_000),
    objectives: { p99Ms: number('p99-ms', 0.1, 3_600_000), errorRatio: number('max-error-ratio', 0, 1) },
    out: values.out,
  };
}
