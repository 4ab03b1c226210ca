import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { readCommandLine } from '../runtime/command-line.js';

const FILE = new URL('../Dockerfile', import.meta.url);
const FROM = /^(FROM (?:--\S+ )*)([^\s$@]+:[^\s$@]+)(@sha256:[0-9a-f]{64})?(?=\s|$)/gm;

// Of a registry, whose interface is that of the OCI Distribution Specification.
const TIMEOUT_MS = 30_000;
const ACCEPT = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

const { values } = readCommandLine({
  usage: 'npm run pin [-- --update]',
  about:
    'Adds to each image that the Dockerfile names the digest that its registry has for the tag, so that every build takes\n' +
    'the same bytes. From then on Dependabot or Renovate raises it. REGISTRY_USER and REGISTRY_PASSWORD are for a registry\n' +
    'that cannot be read without them.',
  flags: { update: { type: 'boolean', help: 'replaces digests that are there, too' } },
  example: 'npm run pin -- --update',
  exitCodes: { 0: 'every image has a digest', 1: 'failed, with the reason; the Dockerfile is unchanged' },
});

try {
  const text = readFileSync(FILE, 'utf8');
  const images = new Set(
    [...text.matchAll(FROM)].filter(([, , , digest]) => values.update || !digest).map(([, , name]) => name),
  );
  const digests = new Map();
  for (const image of images) digests.set(image, await digestOf(image, process.env));
  const pinned = text.replace(FROM, (line, start, image) =>
    digests.has(image) ? `${start}${image}@${digests.get(image)}` : line,
  );
  if (pinned !== text) writeFileSync(FILE, pinned);
  for (const [image, digest] of digests) process.stdout.write(`${image}@${digest}\n`);
  if (images.size === 0) process.stdout.write('Every image of the Dockerfile has a digest.\n');
} catch (error) {
  process.stderr.write(`pin-images: ${error.message}\n`);
  process.exitCode = 1;
}

/** Where an image is: `node:24` is `library/node` of Docker Hub, as Docker reads it. */
function placeOf(image) {
  const [, name = image, tag = 'latest'] = /^(.+):([^:/]+)$/.exec(image) ?? [];
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(slash, 0));
  const named = /[.:]/.test(first) || first === 'localhost';
  if (named && first !== 'docker.io') {
    const local = /^(localhost|127\.\d+\.\d+\.\d+)(:|$)/.test(first);
    return { url: `${local ? 'http' : 'https'}://${first}`, repository: name.slice(slash + 1), tag };
  }
  const path = named ? name.slice(slash + 1) : name;
  return { url: 'https://registry-1.docker.io', repository: path.includes('/') ? path : `library/${path}`, tag };
}

/** The digest that the registry has for the tag of an image. */
async function digestOf(image, env) {
  const { url, repository, tag } = placeOf(image);
  const manifest = `${url}/v2/${repository}/manifests/${tag}`;
  let answer = await ask(manifest, { Accept: ACCEPT });
  if (answer.status === 401) {
    answer = await ask(manifest, { Accept: ACCEPT, Authorization: await authorization(answer, repository, env) });
  }
  if (!answer.ok) throw new Error(`${image}: ${new URL(url).host} answered ${answer.status}`);
  const bytes = Buffer.from(await answer.arrayBuffer());
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  const named = answer.headers.get('docker-content-digest') ?? digest;
  if (named !== digest) throw new Error(`${image}: the manifest has the digest ${digest}, its registry says ${named}`);
  return digest;
}

/** What the registry's challenge asks for: Basic, or a token of the service that it names. */
async function authorization(answer, repository, { REGISTRY_USER: user, REGISTRY_PASSWORD: password }) {
  const basic = user && password ? `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` : undefined;
  const challenge = answer.headers.get('www-authenticate') ?? '';
  const [, realm] = /^Bearer .*realm="([^"]+)"/i.exec(challenge) ?? [];
  if (realm === undefined) {
    if (basic) return basic;
    throw new Error(`${new URL(answer.url).host} requires credentials: set REGISTRY_USER and REGISTRY_PASSWORD`);
  }
  const token = new URL(realm);
  const [, service] = /service="([^"]+)"/.exec(challenge) ?? [];
  if (service) token.searchParams.set('service', service);
  token.searchParams.set('scope', `repository:${repository}:pull`);
  const issued = await ask(token, basic ? { Authorization: basic } : {});
  if (!issued.ok) throw new Error(`${token.host} answered ${issued.status} to the request for a token`);
  const { token: bearer, access_token: access } = await issued.json();
  return `Bearer ${bearer ?? access}`;
}

async function ask(url, headers) {
  try {
    return await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (error) {
    throw new Error(`${new URL(url).host} is not reachable: ${error.cause?.message ?? error.message}`);
  }
}
