import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** What to fetch and how, from the environment and serving.yaml. Throws with what is wrong and what was expected. */
export function readOptions(env) {
  const serving = parse(readFileSync(env.SERVING_CONFIG || 'serving.yaml', 'utf8'), { maxAliasCount: 0 });
  const { name, version, sha256, file } = serving?.model ?? {};
  if (!/^[0-9a-f]{64}$/.test(sha256))
    throw new Error(`serving.yaml model.sha256: expected 64 hexadecimal digits, found ${sha256}`);
  if (typeof file !== 'string' || !file.endsWith('.onnx'))
    throw new Error(`serving.yaml model.file: expected an ONNX file, found ${file}`);
  return {
    file,
    sha256,
    url: readUrl(env.MODEL_URL, { name, version, sha256 }),
    authorization: env.MODEL_AUTHORIZATION || undefined,
    s3: readKeys(env),
    maxBytes: number(env, 'MODEL_MAX_BYTES', 2 ** 31),
    idleMs: 1000 * number(env, 'MODEL_IDLE_SECONDS', 30),
    attempts: number(env, 'MODEL_ATTEMPTS', 5),
  };
}

function readUrl(template, values) {
  if (!template) throw new Error('MODEL_URL: expected where the model is, found nothing');
  const text = template.replace(/\{(\w+)\}/g, (whole, key) => {
    if (values[key] === undefined) throw new Error(`MODEL_URL: expected {name}, {version} or {sha256}, found ${whole}`);
    return encodeURIComponent(values[key]);
  });
  if (!URL.canParse(text)) throw new Error(`MODEL_URL: expected https://..., found ${template.split('?')[0]}`);
  return safe(new URL(text));
}

/** Unencrypted only where nobody listens: this machine, and names that are resolved within the cluster. */
export function safe(url) {
  const inside = /^(localhost|127\.0\.0\.1|\[::1\]|[\w.-]+\.svc(\.cluster\.local)?)$/.test(url.hostname);
  if (url.username || url.password)
    throw new Error(`${shown(url)}: expected no credentials in the URL; MODEL_AUTHORIZATION is their place`);
  if (url.protocol === 'https:' || (url.protocol === 'http:' && inside)) return url;
  throw new Error(`${shown(url)}: expected https://..., or http:// within the cluster`);
}

/** A URL as a log may show it: what signs it stands in its query. */
export function shown(url) {
  return `${url.origin}${url.pathname}`;
}

function readKeys(env) {
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, AWS_REGION: region, AWS_SESSION_TOKEN: token } = env;
  if (!id && !secret) return undefined;
  if (!id || !secret) throw new Error('AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: expected both or none of them');
  return { id, secret, region: region || 'us-east-1', token: token || undefined };
}

function number(env, name, fallback) {
  const text = env[name];
  if (!text) return fallback;
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new Error(`${name}: expected a whole number above 0, found "${text}"`);
}
