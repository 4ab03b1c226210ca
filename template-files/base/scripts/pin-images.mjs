import { readFileSync, writeFileSync } from 'node:fs';
import { readCommandLine } from '../runtime/command-line.js';
import { digestOf } from './pin-images/registry.mjs';

const FILE = new URL('../Dockerfile', import.meta.url);
const FROM = /^(FROM (?:--\S+ )*)([^\s$@]+:[^\s$@]+)(@sha256:[0-9a-f]{64})?(?=\s|$)/gm;

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
