import type { IncomingHttpHeaders } from 'node:http';

/** The first lines of a request. */
export interface Head {
  readonly url: string;
  /** Names in lower case. The same for all requests that begin alike, so they must not be changed. */
  readonly headers: IncomingHttpHeaders;
  /** What Content-Length says. */
  readonly bodyBytes: number;
}

const REQUEST_LINE = /^POST (\/[!-~]*) HTTP\/1\.1$/;
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const VALUE = /^[ -~]*$/;
const LENGTH = /^[1-9]\d{0,8}$/;
const MAX_FIELDS = 64;
/** What changes how a request is read, or what is answered before it is. */
const LEFT_TO_NODE = [
  'transfer-encoding',
  'content-encoding',
  'proxy-connection',
  'expect',
  'upgrade',
  'trailer',
  'te',
];

/**
 * Reads the first lines of a request, without the empty one behind them. Only of requests of the plainest form, which can be read in
 * one way alone: undefined for all others, the wrong ones among them, which are Node.js' own to read.
 */
export function readHead(text: string): Head | undefined {
  const [first = '', ...lines] = text.split('\r\n');
  const url = REQUEST_LINE.exec(first)?.[1];
  if (url === undefined || lines.length > MAX_FIELDS) return undefined;
  // Without a prototype: a name is a client's to choose.
  const headers: Record<string, string> = Object.create(null);
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(0, colon)).toLowerCase();
    const value = line.slice(colon + 1);
    if (!NAME.test(name) || !VALUE.test(value) || name in headers) return undefined;
    headers[name] = value.trim();
  }
  if (headers['host'] === undefined || LEFT_TO_NODE.some((name) => name in headers)) return undefined;
  if ((headers['connection'] ?? 'keep-alive').toLowerCase() !== 'keep-alive') return undefined;
  const length = headers['content-length'] ?? '';
  return LENGTH.test(length) ? { url, headers: Object.freeze(headers), bodyBytes: Number(length) } : undefined;
}
