import { readChoice } from '../../environment.ts';
import type { Feature } from '../../feature.ts';

const HTTP_READERS = ['own', 'node'] as const;

/**
 * Reads requests that arrive completely and in the plainest form before Node.js' own HTTP does. With HTTP_READER=node the service
 * has Node.js read them all.
 */
export const httpFastPath: Feature = {
  name: 'http-fast-path',
  async open({ config }) {
    if (readChoice(config.env, 'HTTP_READER', 'own', HTTP_READERS) === 'node') return {};
    const { FastPathServer } = await import('./server.ts');
    return { createServer: ({ options, listener, ...handing }) => new FastPathServer(options, listener, handing) };
  },
};
