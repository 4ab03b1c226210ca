import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { repositoryRoot } from '../../support/packed.ts';
import { must, type Result, run } from '../../support/run.ts';
import { tool, toolModules } from './tools.ts';

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

/** Kinds that are no part of Kubernetes itself, and where their types are. */
const CUSTOM: Readonly<Record<string, string>> = {
  ServiceMonitor: '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor',
  PrometheusRule: '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule',
  HTTPRoute: '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/HTTPRoute',
  Rollout: '@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1/Rollout',
  AnalysisTemplate: '@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1/AnalysisTemplate',
};

export function overlays(directory: string): readonly string[] {
  return readdirSync(join(directory, 'deploy', 'overlays'));
}

const build = async (directory: string, folder: string) =>
  (await must(tool('kustomize'), ['build', join(directory, 'deploy', folder)])).stdout;

const resourcesOf = (text: string) => parseAllDocuments(text).map((document) => document.toJS() as Resource);

/** What `kubectl apply -k` would send. */
export async function resources(directory: string, overlay: string): Promise<readonly Resource[]> {
  return resourcesOf(await build(directory, join('overlays', overlay)));
}

/** Every overlay as it is, and the base with every component: each file of deploy/ is in one of them. */
async function manifests(directory: string, names = overlays(directory)): Promise<readonly string[]> {
  const all = await Promise.all(names.map((overlay) => build(directory, join('overlays', overlay))));
  return [...all, await withComponents(directory)];
}

export async function withComponents(directory: string): Promise<string> {
  const components = readdirSync(join(directory, 'deploy', 'components'));
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

/** Every field known and of its type, every kind known to Kubernetes or among the custom ones. */
export async function strictKubernetes(directory: string): Promise<Result> {
  const files = await written(await manifests(directory));
  const result = await run(tool('kubernetes-validate'), ['--strict', '-k', '1.37.0', ...files]);
  const unknown = [...`${result.stdout}${result.stderr}`.matchAll(/Couldn't find schema for kind (\w+) .*/g)].filter(
    ([, kind]) => CUSTOM[kind as string] === undefined,
  );
  return unknown.length === 0 ? result : { ...result, code: 1 };
}

export async function kubeScore(directory: string): Promise<Result> {
  const flags = [
    ...['--exit-one-on-warning', '--output-format', 'ci', '--kubernetes-version', 'v1.30'],
    ...['--enable-optional-test', 'container-seccomp-profile', '--enable-optional-test', 'container-ports-check'],
    // Replicas are spread over zones and hosts by topology constraints; images are named by digest.
    ...['--ignore-test', 'deployment-has-host-podantiaffinity', '--ignore-test', 'container-image-pull-policy'],
    // On purpose: deploy/base/deployment.yaml says why.
    '--ignore-container-cpu-limit',
  ];
  // It takes a Rollout for nothing, and a Deployment without an autoscaler for too small; production has the same pods.
  const known = overlays(directory).filter((overlay) => overlay !== 'canary');
  const files = await written(await manifests(directory, known));
  const results = await Promise.all(files.map((file) => run(tool('kube-score'), ['score', ...flags, file])));
  const bad = results.find(({ code }) => code !== 0);
  return bad
    ? { ...bad, stdout: bad.stdout.replace(/^\[(OK|SKIPPED)\].*\n/gm, '') }
    : { code: 0, stdout: '', stderr: '' };
}

/** The compiler judges custom resources as literals of their types: what a type does not know is an error. */
export async function customResources(directory: string): Promise<Result> {
  const found = (await manifests(directory)).flatMap(resourcesOf).filter(({ kind }) => CUSTOM[kind]);
  const seen = new Set(found.map(({ kind }) => kind));
  const absent = Object.keys(CUSTOM).filter((kind) => !seen.has(kind));
  if (absent.length > 0) throw new Error(`no overlay holds a ${absent.join(', ')}`);

  const folder = mkdtempSync(join(tmpdir(), 'ml-serving-types-'));
  try {
    symlinkSync(toolModules, join(folder, 'node_modules'));
    const imports = [...seen].map((kind) => `import type { I${kind} } from '${CUSTOM[kind]}';\n`);
    const values = found.map((resource, i) => `export const r${i}: I${resource.kind} = ${JSON.stringify(resource)};\n`);
    writeFileSync(join(folder, 'resources.ts'), [...imports, ...values].join(''));
    const tsc = join(repositoryRoot, 'node_modules', 'typescript', 'bin', 'tsc');
    const flags = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--types', ''];
    return await run(process.execPath, [tsc, ...flags, 'resources.ts'], { cwd: folder });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function written(texts: readonly string[]): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'ml-serving-manifests-'));
  return texts.map((text, i) => {
    const file = join(folder, `${i}.yaml`);
    writeFileSync(file, text);
    return file;
  });
}
