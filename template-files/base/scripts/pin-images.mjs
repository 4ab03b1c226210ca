/**
 * `npm run pin [-- --update]`: adds to each image that the Dockerfile names the digest that its registry has for the tag, so that
 * every build takes the same bytes. From then on Dependabot or Renovate raises it. With --update, digests that are there are
 * replaced too. Exit code 0: every image has a digest; 1 with the reason, and the Dockerfile is unchanged.
 *
 * REGISTRY_USER, REGISTRY_PASSWORD   for a registry that no client may read without them
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { digestOf } from './pin-images/registry.mjs';

const FILE = new URL('../Dockerfile', import.meta.url);
const FROM = /^(FROM (?:--\S+ )*)([^\s$@]+:[^\s$@]+)(@sha256:[0-9a-f]{64})?(?=\s|$)/gm;

try {
  const { values } = parseArgs({ options: { update: { type: 'boolean', default: false } } });
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
