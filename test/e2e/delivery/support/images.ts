import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exclusively } from '../../support/made-once.ts';
import { repositoryRoot } from '../../support/packed.ts';
import { must } from '../../support/run.ts';
import { buildImage, podman } from './containers.ts';
import { HOSTILE, stamp } from './stamp.ts';

/** The repositories whose images are tried, by the tag of the image. */
const REPOSITORIES = {
  table: { line: '24', sets: [`description=${HOSTILE}`, 'features=all', 'exposure=ingress'] },
  storage: { line: '24', sets: ['modelSource=storage'] },
  'node-22': { line: '22', sets: ['node=22'] },
  'node-20': { line: '20', sets: ['node=20'] },
  pictures: { line: '24', sets: ['modelType=image-classification'] },
  texts: { line: '24', sets: ['modelType=text-classification'] },
} as const;

export interface BuiltImage {
  readonly image: string;
  /** The image it is built upon. */
  readonly base: string;
  /** The repository it is built from. */
  readonly directory: string;
}

const SOURCE =
  /^(Dockerfile|\.dockerignore|\.npmrc|package(-lock)?\.json|tsconfig.*|serving\.yaml|(src|runtime|model|public|schema|scripts)\/.*)$/;

/**
 * The image of a repository, built once for the same sources: the test files share it. An image of older sources goes, so that
 * a machine keeps one of each.
 */
export function imageOf(name: keyof typeof REPOSITORIES): Promise<BuiltImage> {
  return exclusively(`image-${name}`, () => findOrBuild(name));
}

async function findOrBuild(name: keyof typeof REPOSITORIES): Promise<BuiltImage> {
  const { line, sets } = REPOSITORIES[name];
  const base = await baseImage(line);
  const directory = await stamp(sets);
  const tag = createHash('sha256').update(base).update(sourcesOf(directory)).digest('hex').slice(0, 16);
  const repository = `localhost/create-ml-serving/${name}`;
  const image = `${repository}:${tag}`;
  const { stdout } = await podman('images', '--format', '{{.Repository}}:{{.Tag}}', repository);
  const known = stdout.split('\n').filter((line_) => line_ !== '');
  if (!known.includes(image)) {
    if (known.length > 0) await podman('rmi', '--force', ...known);
    await buildFrom(directory, image, base);
  }
  return { image, base, directory };
}

export async function buildFrom(directory: string, image: string, base: string): Promise<void> {
  await buildImage(directory, image, ['--build-arg', `NODE_IMAGE=${base}`, '--build-arg', 'REVISION=0123abc']);
}

async function baseImage(line: string): Promise<string> {
  const script = join(repositoryRoot, 'scripts/ci/base-image.sh');
  const { stdout } = await exclusively('base-image', () => must('bash', [script, line], { timeout: 280_000 }));
  return stdout.trim();
}

function sourcesOf(directory: string): string {
  const names = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .filter((name) => SOURCE.test(name))
    .sort();
  return JSON.stringify(names.map((name) => [name, readFileSync(join(directory, name), 'base64')]));
}

/** Bytes of an image as it lies on disk. */
export async function sizeOf(image: string): Promise<number> {
  return Number((await podman('image', 'inspect', '--format', '{{.Size}}', image)).stdout);
}
