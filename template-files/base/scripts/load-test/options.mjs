import { parseCommandLine } from '../../runtime/command-line.js';

export const LOAD_TEST = {
  usage: 'npm run load-test [-- options]',
  about:
    'Measures how much the service serves, and how fast, with the golden samples as requests: first the closed loop (as\n' +
    'much as the connections can send), then the open loop (a fixed rate), which the objectives are for.',
  flags: {
    url: {
      type: 'string',
      value: 'URL',
      help: 'a running service; without it one is built and started for the time of the test',
    },
    seconds: { type: 'string', value: 'N', help: 'length of each of the two runs (10)' },
    connections: { type: 'string', value: 'N', help: 'open connections (16)' },
    rate: {
      type: 'string',
      value: 'N',
      help: 'requests per second of the open loop (half of what the closed loop reached)',
    },
    'p99-ms': {
      type: 'string',
      value: 'N',
      help:
        'objective: latency of 99 % of the requests in the open loop, in milliseconds\n' +
        '(objectives.latencyMs of serving.yaml)',
    },
    'max-error-ratio': {
      type: 'string',
      value: 'N',
      help: 'objective: share of the requests that may fail (what objectives.availability leaves)',
    },
    out: { type: 'string', value: 'FILE', help: 'the picture (coverage/load-test.svg)' },
  },
  example: 'npm run load-test -- --seconds 30 --connections 32',
  exitCodes: { 0: 'the objectives are met', 1: 'they are not, or the test failed' },
};

/**
 * @param objectives those of serving.yaml; options go before them
 * @throws an Error whose message names the option
 */
export function readOptions(args, { availability = 99.9, latencyMs = 250 } = {}) {
  const errorRatio = Math.round((100 - availability) * 1e6) / 1e8;
  const { values: given } = parseCommandLine(LOAD_TEST, args);
  const values = {
    seconds: '10',
    connections: '16',
    'p99-ms': `${latencyMs}`,
    'max-error-ratio': `${errorRatio}`,
    out: 'coverage/load-test.svg',
    ...given,
  };
  const number = (name, min, max) => {
    const value = Number(values[name]);
    if (values[name].trim() !== '' && value >= min && value <= max) return value;
    throw new Error(`--${name}: expected a number from ${min} to ${max}, found ${JSON.stringify(values[name])}`);
  };
  if (values.url !== undefined && !(URL.canParse(values.url) && /^https?:$/.test(new URL(values.url).protocol))) {
    throw new Error(`--url: expected http://... or https://..., found ${JSON.stringify(values.url)}`);
  }
  return {
    url: values.url,
    seconds: number('seconds', 1, 3600),
    connections: number('connections', 1, 10_000),
    rate: values.rate === undefined ? undefined : number('rate', 1, 1_000_000),
    objectives: { p99Ms: number('p99-ms', 0.1, 3_600_000), errorRatio: number('max-error-ratio', 0, 1) },
    out: values.out,
  };
}
