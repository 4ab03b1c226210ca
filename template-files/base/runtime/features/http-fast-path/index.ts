import type { Feature } from '../../feature.ts';
import { WholeServer } from './server.ts';

/** Reads requests that come whole and in the plainest form before Node.js' own HTTP does. */
export const httpFastPath: Feature = {
  name: 'http-fast-path',
  open: ({ config }) =>
    config.wholeRequests
      ? { createServer: ({ options, listener, ...ways }) => new WholeServer(options, listener, ways) }
      : {},
};
