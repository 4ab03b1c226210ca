import { isUtf8 } from 'node:buffer';
import { withoutMarkBytes } from '../byte-order-mark.ts';
import type { Serving } from '../contract/serving.ts';
import { ServiceError } from '../errors.ts';
import { parseExact } from './exact-json.ts';

/** What V8 says of a letter: with the text around it, in quotes that are not escaped. The message is short, whatever the text. */
const WITH_CONTEXT = /^(Unexpected token '.{1,2}'), (?:\.{3})?"(.*)"(?:\.{3})? is not valid JSON$/s;

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

/** What JSON.parse says is wrong. Where it quotes the text, that text's own quotes are the only ones. */
export function jsonProblem(error: unknown): string {
  const { message } = error as Error;
  return message.replace(WITH_CONTEXT, '$1 near $2');
}
