import { createHash, createHmac } from 'node:crypto';

const EMPTY = createHash('sha256').digest('hex');

/**
 * The headers that sign a GET for the interface of S3 (AWS Signature Version 4), which other stores have too.
 * @param {URL} url
 * @param {{ id: string, secret: string, region: string, token?: string }} keys
 * @param {Date} date
 * @param {Record<string, string>} others headers to sign besides, in lower case
 */
export function signedHeaders(url, { id, secret, region, token }, date, others = {}) {
  const time = date.toISOString().replace(/[-:]|\.\d{3}/g, '');
  const day = time.slice(0, 8);
  const sent = {
    ...others,
    'x-amz-content-sha256': EMPTY,
    'x-amz-date': time,
    ...(token && { 'x-amz-security-token': token }),
  };
  const headers = Object.entries({ ...sent, host: url.host }).sort(([a], [b]) => (a < b ? -1 : 1));
  const names = headers.map(([name]) => name).join(';');
  const request = [
    'GET',
    // S3 alone takes the path as it is sent: encoded once.
    encode(decodeURIComponent(url.pathname)).replaceAll('%2F', '/'),
    canonicalQuery(url.searchParams),
    ...headers.map(([name, value]) => `${name}:${value.trim()}`),
    '',
    names,
    EMPTY,
  ].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', time, scope, sha256(request)].join('\n');
  const key = [region, 's3', 'aws4_request'].reduce(hmac, hmac(`AWS4${secret}`, day));
  const signature = hmac(key, text).toString('hex');
  return {
    ...sent,
    authorization: `AWS4-HMAC-SHA256 Credential=${id}/${scope},SignedHeaders=${names},Signature=${signature}`,
  };
}

function canonicalQuery(parameters) {
  return [...parameters]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
}

function encode(text) {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function sha256(text) {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key, text) {
  return createHmac('sha256', key).update(text).digest();
}
