import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { must } from '../../support/run.ts';
import { tool } from './tools.ts';

export interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  // biome-ignore lint/suspicious/noExplicitAny: the shape depends on the kind, and the strict validators judge it
  readonly spec: any;
}

export function overlays(directory: string): readonly string[] {
  return readdirSync(join(directory, 'deploy', 'overlays'));
}

const built = new Map<string, Promise<string>>();

/** Built once a folder: several validators judge the same manifests. A test that changes them does so in a copy. */
function build(directory: string, folder: string): Promise<string> {
  const path = join(directory, 'deploy', folder);
  const text = built.get(path) ?? must(tool('kustomize'), ['build', path]).then(({ stdout }) => stdout);
  built.set(path, text);
  return text;
}

export const resourcesOf = (text: string) => parseAllDocuments(text).map((document) => document.toJS() as Resource);

/** What `kubectl apply -k` would send. */
export async function resources(directory: string, overlay: string): Promise<readonly Resource[]> {
  return resourcesOf(await build(directory, join('overlays', overlay)));
}

/** Every overlay as it is, and the base with every component: each file of deploy/ is in one of them. */
export async function manifests(directory: string, names = overlays(directory)): Promise<readonly string[]> {
  const all = await Promise.all(names.map((overlay) => build(directory, join('overlays', overlay))));
  return [...all, await withComponents(directory)];
}

/** The base with some components, or with all. */
export function withComponents(
  directory: string,
  components = readdirSync(join(directory, 'deploy', 'components')),
): Promise<string> {
  const key = JSON.stringify([directory, components]);
  const text = built.get(key) ?? buildWith(directory, components);
  built.set(key, text);
  return text;
}

async function buildWith(directory: string, components: readonly string[]): Promise<string> {
  const folder = mkdtempSync(join(directory, 'deploy', 'all-'));
  try {
    const kustomization = {
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      namespace: 'everything',
      resources: ['../base'],
      components: components.map((name) => `../components/${name}`),
      images: [{ name: 'serving', newTag: 'unreleased' }],
    };
    writeFileSync(join(folder, 'kustomization.yaml'), JSON.stringify(kustomization));
    return (await must(tool('kustomize'), ['build', folder])).stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
