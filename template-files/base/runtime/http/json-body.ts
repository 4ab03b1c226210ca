import { isUtf8 } from 'node:buffer';
import { withoutMarkBytes } from '../byte-order-mark.ts';
import type { Serving } from '../contract/serving.ts';
import { jsonProblem, ServiceError } from '../errors.ts';
import { parseExact } from './exact-json.ts';

/**
 * Reads a body as JSON. Its text must be UTF-8, as JSON's is, with or without a byte order mark. JSON.parse rounds integers above
 * 2^53: for models that take 64-bit integers such numbers become bigints, of which each input takes what it can hold.
 */
export function createJsonParser({ inputs }: Pick<Serving, 'inputs'>): (body: Buffer) => unknown {
  const wide = inputs.some(({ datatype }) => datatype === 'INT64' || datatype === 'UINT64');
  return (body) => {
    if (!isUtf8(body)) throw new ServiceError('INVALID_JSON', 'the body is not UTF-8');
    const text = withoutMarkBytes(body).toString('utf8');
    try {
      return wide ? parseExact(text) : JSON.parse(text);
    } catch (error) {
      throw new ServiceError('INVALID_JSON', `the body is not JSON: ${jsonProblem(error)}`, { cause: error });
    }
  };
}
