import { promisify } from 'node:util';
import { constants, deflate, gzip } from 'node:zlib';
import Negotiator from 'negotiator';
import type { Incoming } from './exchange.ts';
import type { Reply } from './reply.ts';

const ENCODERS = { gzip: promisify(gzip), deflate: promisify(deflate) } as const;

/** Smaller answers fit into a packet anyhow. */
const MIN_BYTES = 1400;

/** Which compression an answer gets, if any. Cheap to ask: most answers are small, and most clients name none. */
export function compressionFor({ headers }: Incoming, reply: Reply): keyof typeof ENCODERS | undefined {
  if (reply.compressible !== true || reply.body.length < MIN_BYTES) return undefined;
  if (headers['accept-encoding'] === undefined) return undefined;
  const wanted = new Negotiator({ headers }).encoding(['gzip', 'deflate', 'identity']);
  return wanted === 'gzip' || wanted === 'deflate' ? wanted : undefined;
}

/** The answer compressed, off the main thread. Its other headers stay true: the protocol's lengths are those before compression. */
export async function compress(reply: Reply, encoding: keyof typeof ENCODERS): Promise<Reply> {
  const body = await ENCODERS[encoding](reply.body, { level: constants.Z_BEST_SPEED });
  return {
    ...reply,
    body,
    headers: [...(reply.headers ?? []), 'Content-Encoding', encoding, 'Vary', 'Accept-Encoding'],
  };
}
