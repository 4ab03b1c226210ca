import { isUtf8 } from 'node:buffer';
import { withoutMarkBytes } from '../byte-order-mark.ts';
import type { Serving } from '../contract/serving.ts';
import { jsonProblem, ServiceError } from '../errors.ts';

/** JSON whose 64-bit integers keep all their digits. */

const [TAB, NEW_LINE, RETURN, SPACE] = [9, 10, 13, 32];
const [QUOTE, COMMA, NINE, OPEN, BACKSLASH, CLOSE, OPEN_OBJECT, CLOSE_OBJECT] = [34, 44, 57, 91, 92, 93, 123, 125];

/** The shortest integer that a double may change has 16 digits, the longest one of 64 bits has 20 and a sign. */
const MIN_DIGITS = 16;
const MAX_LENGTH = 21;

/** Whether a text may hold such an integer. Each place is looked at 16 times at most. */
const LONG_DIGITS = /\d{16}/;

type Holder = unknown[] | Record<string, unknown>;

/**
 * Parses JSON as JSON.parse does, except that an integer which a double would change, and which may fit into 64 bits, becomes a
 * bigint. Every letter is read once, and lists may be nested to any depth.
 * @throws SyntaxError of JSON.parse
 */
export function parseExact(text: string): unknown {
  // First of all: what follows reads valid JSON only, and most texts need no more than this.
  const value: unknown = JSON.parse(text);
  return LONG_DIGITS.test(text) ? readValid(text) : value;
}

function readValid(text: string): unknown {
  let at = 0;
  let holder: Holder | undefined;
  let key = '';
  const outer: { readonly holder: Holder | undefined; readonly key: string }[] = [];

  function skipSpace(): number {
    let code = text.charCodeAt(at);
    while (code === SPACE || code === NEW_LINE || code === RETURN || code === TAB) code = text.charCodeAt(++at);
    return code;
  }

  function readString(): string {
    const start = at;
    let escaped = false;
    for (let code = text.charCodeAt(++at); code !== QUOTE; code = text.charCodeAt(++at)) {
      if (code !== BACKSLASH) continue;
      escaped = true;
      at += 1;
    }
    at += 1;
    return escaped ? (JSON.parse(text.slice(start, at)) as string) : text.slice(start + 1, at - 1);
  }

  /** A number, true, false or null. */
  function readWord(): unknown {
    const start = at;
    let code = text.charCodeAt(at);
    // No other value of JSON begins with a byte this low: a digit or a minus.
    const isNumber = code <= NINE;
    while (code > SPACE && code !== COMMA && code !== CLOSE && code !== CLOSE_OBJECT) code = text.charCodeAt(++at);
    const word = text.slice(start, at);
    return isNumber ? (exactInteger(word) ?? Number(word)) : JSON.parse(word);
  }

  /** The name of a member, and the colon behind it. */
  function readKey(): string {
    skipSpace();
    const name = readString();
    skipSpace();
    at += 1;
    return name;
  }

  for (;;) {
    const code = skipSpace();
    let value: unknown;
    if (code === OPEN || code === OPEN_OBJECT) {
      at += 1;
      const opened: Holder = code === OPEN ? [] : {};
      const next = skipSpace();
      if (next !== CLOSE && next !== CLOSE_OBJECT) {
        outer.push({ holder, key });
        holder = opened;
        if (code === OPEN_OBJECT) key = readKey();
        continue;
      }
      at += 1;
      value = opened;
    } else value = code === QUOTE ? readString() : readWord();

    // The value ends here, and with it each list and object of which it is the last.
    for (;;) {
      if (holder === undefined) return value;
      if (Array.isArray(holder)) holder.push(value);
      else setMember(holder, key, value);
      const behind = skipSpace();
      at += 1;
      if (behind === COMMA) {
        if (!Array.isArray(holder)) key = readKey();
        break;
      }
      value = holder;
      ({ holder, key } = outer.pop() as { holder: Holder | undefined; key: string });
    }
  }
}

/** Undefined for all that a double holds as it is written, and for all that 64 bits do not hold either. */
function exactInteger(word: string): bigint | undefined {
  if (word.length < MIN_DIGITS || word.length > MAX_LENGTH || !/^-?\d+$/.test(word)) return undefined;
  return Number.isSafeInteger(Number(word)) ? undefined : BigInt(word);
}

/** As JSON.parse does it: the last of equal names counts, and `__proto__` is a name like any other. */
function setMember(holder: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') holder[key] = value;
  else Object.defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true });
}

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
